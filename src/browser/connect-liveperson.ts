import type { LivePerson } from './liveperson.ts';

interface Tag {
  identities?: unknown[];
  section?: unknown;
  newPage?(url: string, options: object): void;
}

type Context = Record<string, unknown>;

/**
 * Puts the method and the identity function where LivePerson looks for them.
 *
 * @param method with its context, such as `acme.chat.getToken`
 * @returns has LivePerson ask again who is signed in, as single-page applications do, unless it was never told
 */
export function connectLivePerson(
  { getAuthenticationToken, identify }: LivePerson,
  method = 'lpGetAuthenticationToken',
): (identity: unknown, isFirst: boolean) => void {
  const page = window as unknown as Context & { lpTag?: Tag };
  const names = method.replace(/^window\./, '').split('.');
  const name = names.pop() as string;
  const context = names.reduce<Context>((at, next) => (at[next] = at[next] || {}) as Context, page);
  context[name] = getAuthenticationToken;

  const introduce = () => {
    const tag = (page.lpTag = page.lpTag || {});
    const identities = (tag.identities = tag.identities || []);
    if (!Array.isArray(identities) || !identities.includes(identify)) identities.push(identify);
  };
  introduce();
  // Snippets that come after this script may have begun a list of their own.
  addEventListener('DOMContentLoaded', introduce);

  return (_identity, isFirst) => {
    const { lpTag: tag } = page;
    if (!isFirst && tag && tag.newPage)
      tag.newPage(location.href, { section: tag.section, identities: [identify] });
  };
}
