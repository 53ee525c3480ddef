import { jwtVerify } from 'jose';
import type { BrandSigner } from './brand-signer.ts';
import { publishedKeys } from './published-keys.ts';
import type { Visitor } from './visitor.ts';

/** The brand's login page, as far as a browser and the brand's server see it. */
export const loginPage = 'https://www.acme.example/login?from=parley';

export interface LoginRequest {
  nonce: string;
  return_to: string;
  [claim: string]: unknown;
}

/** Begins an authorization request and follows it to the brand's login page; answers the request, verified there. */
export async function goToBrand(visitor: Visitor, url: URL): Promise<LoginRequest> {
  const { url: page } = await visitor.follow(await visitor.get(url), url.origin);
  return readRequest(page, url.origin);
}

/** What the brand's server does with the page's address. */
export async function readRequest(page: URL, issuer: string): Promise<LoginRequest> {
  const request = page.searchParams.get('parley_request') ?? '';
  const jwks = publishedKeys(issuer);
  const { payload } = await jwtVerify<LoginRequest>(request, jwks, {
    issuer,
    audience: loginPage,
    typ: 'parley-login-request+jwt',
  });
  return payload;
}

/** The brand's page posts itself back: another site's form, so that no cookie comes along. */
export function postBack(returnTo: string, form: Record<string, string>): Promise<Response> {
  return fetch(returnTo, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
    headers: { accept: 'text/html', origin: new URL(loginPage).origin },
  });
}

/** The consumer signs in at the brand and comes back; answers where the browser ends up. */
export async function comeBackAs(
  visitor: Visitor,
  {
    request,
    signer,
    claims,
  }: { request: LoginRequest; signer: BrandSigner; claims: Record<string, unknown> },
): Promise<{ response: Response; url: URL }> {
  const { nonce, return_to: returnTo } = request;
  const posted = await postBack(returnTo, { assertion: await signer.sign({ nonce, ...claims }) });
  return goBack(visitor, returnTo, posted);
}

export async function goBack(visitor: Visitor, returnTo: string, posted: Response) {
  const { origin } = new URL(returnTo);
  const address = new URL(posted.headers.get('location') ?? '/nowhere', origin);
  return visitor.follow(await visitor.get(address), origin);
}
