import type { Fault } from './interpolate.ts';

/** YAML mistakes in our own words: the parser's own sometimes quote the text, and with it perhaps a secret. */
const wordsByCode: Readonly<Record<string, Fault>> = {
  BAD_ALIAS: { message: 'an alias (*name) has no anchor', fix: 'put a text that starts with * into quotes' },
  BAD_INDENT: { message: 'the indentation is not right', fix: 'indent with spaces, the same for one level' },
  BAD_SCALAR_START: { message: 'a text starts with a special character', fix: 'put the text into quotes' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'there is a second ": " in one line',
    fix: 'put the text into quotes, or its keys on lines of their own',
  },
  MISSING_CHAR: {
    message: 'a quote, bracket, colon or comma is missing',
    fix: 'close it; inside { } and [ ] a text with ${…} needs quotes',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key runs over two lines',
    fix: 'check for a missing colon or a wrong indentation',
  },
  MULTIPLE_DOCS: { message: 'there is a second document (---)', fix: 'keep one document in a file' },
  TAB_AS_INDENT: { message: 'a tab is used for indentation', fix: 'indent with spaces' },
  UNEXPECTED_TOKEN: {
    message: 'something stands where nothing is expected',
    fix: 'check the indentation; inside { } and [ ] a text with ${…} needs quotes',
  },
};

/** @param text what stands at the place of the error */
export function describeYamlError(code: string, text: string): Fault {
  if (code === 'DUPLICATE_KEY') {
    const key = /^["']?([A-Za-z0-9_.-]{1,60})/.exec(text)?.[1] ?? 'a key';
    return { message: `the key ${key} stands twice`, fix: 'keep one of the two' };
  }
  return wordsByCode[code] ?? { message: `is not YAML (${code})`, fix: 'check this line and the one before' };
}
