import type { HttpAuthSettings } from './http-settings.ts';
import { createRequestSigner, type RequestToSign } from './sign-request.ts';

/** The headers by which one request proves that it is Parley's. With mutual TLS the connection does. */
export type AuthenticateRequest = (request: RequestToSign) => Promise<Record<string, string>>;

export function createRequestAuthentication(
  auth: HttpAuthSettings = {},
  now: () => number,
): AuthenticateRequest {
  const { bearer, basic, signed } = auth;
  if (signed) return createRequestSigner(signed, now);
  const authorization = bearer ? `Bearer ${bearer}` : basic && toBasic(basic);
  const headers: Record<string, string> = authorization ? { authorization } : {};
  return async () => headers;
}

/** RFC 7617, in UTF-8. */
function toBasic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
