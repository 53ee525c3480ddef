import { z } from 'zod';
import type { LiveChatConfig } from '../../config/brand-schema.ts';
import type { VendorAnswer } from '../broker/vendor-answer.ts';
import { VendorError } from '../broker/vendor-error.ts';
import type { VendorHttp } from '../broker/vendor-http.ts';
import type { AgentGrant } from './agent-grants.ts';
import { findException, toRefusal } from './read-exception.ts';

/**
 * LiveChat's OAuth for administrators (https://platform.text.com/docs/authorization/agent-authorization): consent in
 * the browser, then codes and refresh tokens at `/v2/token`, a form with the app's credentials.
 */
export interface AgentOauth {
  /** Where an administrator consents. @param challenge RFC 7636, s256 */
  consentUrl(request: { state: string; challenge: string }): string;
  redeem(code: string, verifier: string): Promise<AgentGrant>;
  /** @throws VendorError access_refused when LiveChat does not take the refresh token */
  refresh(refreshToken: string): Promise<AgentGrant>;
}

const scope = 'customers:own';

const answerSchema = z.object({
  access_token: z.string().min(1),
  /** Absent where this kind of app keeps its refresh token. */
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive(),
  scope: z.string().optional(),
});

export function createAgentOauth(
  settings: LiveChatConfig,
  { http, now }: { http: VendorHttp; now(): number },
): AgentOauth {
  async function ask(form: Record<string, string>, kept?: string): Promise<AgentGrant> {
    const askedAt = now();
    const answer = await http.send({
      method: 'POST',
      url: `${settings.accounts_url}/v2/token`,
      form: { ...form, client_id: settings.client_id, client_secret: settings.client_secret ?? '' },
      // Codes work once, and so may refresh tokens.
      repeatable: false,
    });
    const parsed = answerSchema.safeParse(answer.body);
    if (answer.status !== 200 || !parsed.success) throw toAccessRefusal(answer);
    const { access_token: accessToken, refresh_token: next, expires_in: seconds, scope: given } = parsed.data;
    const refreshToken = next ?? kept;
    if (refreshToken === undefined)
      throw new VendorError(
        'failed',
        'an agent token: LiveChat gave no refresh token; is it a server-side app?',
      );
    if (given !== undefined && !given.split(/[\s,]+/).includes(scope))
      throw new VendorError(
        'access_refused',
        `the app lacks the scope ${scope}: add it in LiveChat's console, then connect anew`,
      );
    return { accessToken, refreshToken, expiresAt: askedAt + seconds * 1000 };
  }

  return {
    consentUrl({ state, challenge }) {
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: settings.client_id,
        redirect_uri: settings.redirect_uri,
        state,
        code_challenge: challenge,
        code_challenge_method: 's256',
      });
      return `${settings.accounts_url}/?${query.toString()}`;
    },
    redeem: (code, verifier) =>
      ask({
        grant_type: 'authorization_code',
        code,
        redirect_uri: settings.redirect_uri,
        code_verifier: verifier,
      }),
    refresh: (refreshToken) =>
      ask({ grant_type: 'refresh_token', refresh_token: refreshToken }, refreshToken),
  };
}

/** In LiveChat's own words it is about our access; any other answer, such as a proxy's, says nothing of it. */
function toAccessRefusal(answer: VendorAnswer): VendorError {
  const error = toRefusal(answer, 'an agent token');
  const isAboutAccess = error.fault === 'failed' && findException(answer) !== undefined;
  return isAboutAccess ? new VendorError('access_refused', error.message) : error;
}
