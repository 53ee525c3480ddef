import { errors } from 'oidc-provider';

/**
 * The brand's assertion in a page's form; null where it stands empty: the page says that nobody is signed in. It never
 * becomes part of an address, not even of one inside this process.
 *
 * @throws InvalidRequest where two stand: which of them speaks?
 */
export function findLoginHint(form: URLSearchParams): string | null | undefined {
  const [hint, second] = form.getAll('login_hint_token');
  if (second !== undefined) throw new errors.InvalidRequest('login_hint_token stands twice');
  return hint === '' ? null : hint;
}
