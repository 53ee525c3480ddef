/**
 * Scheme and registrable domain, guessed without the public suffix list: short second-level names below a
 * country (co.uk, com.au) count as suffixes. A wrong guess costs a warning, nothing else.
 */
export function siteOf({ protocol, hostname }: URL): string {
  if (/^\[|^[\d.]+$/.test(hostname)) return `${protocol}//${hostname}`;
  const labels = hostname.split('.');
  const suffixLength = /^[a-z]{1,3}\.[a-z]{2}$/.test(labels.slice(-2).join('.')) ? 2 : 1;
  return `${protocol}//${labels.slice(-suffixLength - 1).join('.')}`;
}
