/**
 * The address when it may stand in a link, else undefined. Escaping does not help against `javascript:` and
 * `data:`, and `https://bank@evil.example` reads like the bank.
 */
export function findWebLink(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { protocol, username, password, href } = new URL(address);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return username || password ? undefined : href;
}
