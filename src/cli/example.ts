/** The last part of a command's help: calls as one would type them. The tests run each against a real Parley. */
export function exampleOf(...calls: readonly string[]): string {
  return `\n${calls.length === 1 ? 'Example' : 'Examples'}:\n${calls.map((call) => `  parley ${call}\n`).join('')}`;
}
