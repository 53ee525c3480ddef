/** The JSON value, or undefined when the text is none: what a stranger's server answers is never trusted to parse. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
