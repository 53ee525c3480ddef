import { describe, expect, test } from '@jest/globals';
import { interpolate } from '../../src/config/interpolate.ts';

const files: Record<string, string> = {
  '/run/secrets/lp': 'from-a-file\n',
  '/run/secrets/windows': 'two\nlines\r\n\n',
};

const sources = {
  env: { NAME: 'acme', EMPTY: '', TRICK: '${NAME}', FOLDER: '/run/secrets' },
  readSecretFile(path: string): string {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  },
};

describe('interpolation', () => {
  test.each([
    ['no expression', 'plain $text {x}', 'plain $text {x}'],
    ['a variable', 'https://${NAME}.example', 'https://acme.example'],
    ['two variables', '${NAME}-${NAME}', 'acme-acme'],
    ['a default that is not needed', '${NAME:-other}', 'acme'],
    ['a default for an unset variable', '${PORT:-3000}', '3000'],
    ['a default for an empty variable', '${EMPTY:-other}', 'other'],
    ['an empty default', 'a${PORT:-}b', 'ab'],
    ['an empty variable', 'a${EMPTY}b', 'ab'],
    ['a default with colons and slashes', '${STORE:-redis://h:6379/0}', 'redis://h:6379/0'],
    ['a default within a default', '${A:-${B:-${NAME}}}!', 'acme!'],
    ['a file without its last newline', '${file:/run/secrets/lp}', 'from-a-file'],
    ['a file of several lines', '${file:/run/secrets/windows}', 'two\nlines'],
    ['a file below a variable', '${file:${FOLDER}/lp}', 'from-a-file'],
    ['a file as default', '${SECRET:-${file:/run/secrets/lp}}', 'from-a-file'],
    ['an escaped expression', '$${NAME} costs $5', '${NAME} costs $5'],
    ['a value is never expanded again', '${TRICK}', '${NAME}'],
  ])('%s', (_, text, expected) => {
    expect(interpolate(text, sources)).toMatchObject({ text: expected, faults: [] });
  });

  test.each([
    ['${PORT:-3000}', true],
    ['${A:-${B:-1}}', true],
    ['${NAME}1', false],
    ['${NAME}${NAME}', false],
    ['plain', false],
  ])('%s comes whole from outside: %s', (text, whole) => {
    expect(interpolate(text, sources).whole).toBe(whole);
  });

  test('every fault of one text is told', () => {
    const { faults } = interpolate('${ONE} ${TWO} ${file:/nowhere} ${1x}', sources);
    expect(faults.map(({ message }) => message)).toEqual([
      'the environment variable ONE is not set',
      'the environment variable TWO is not set',
      'the file /nowhere does not exist',
      '${…} is none of ${NAME}, ${NAME:-default} and ${file:/path}',
    ]);
    expect(faults[0]!.fix).toBe('set ONE, or give a default: ${ONE:-…}');
  });
});
