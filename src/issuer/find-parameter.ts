/** Which parameter of a request is at fault, as far as the library's sentences say. */

/** The first name in a sentence counts: "code_verifier does not match code_challenge". Without `code`, which is also a word. */
const named =
  /\b(code_challenge_method|code_challenge|code_verifier|post_logout_redirect_uri|client_assertion|client_secret|client_id|redirect_uri|request_uri|response_mode|response_type|refresh_token|id_token_hint|login_hint_token|grant_type|max_age|resource|claims|prompt|scope|nonce|state)s?\b/;

const byError: Readonly<Record<string, string>> = {
  invalid_redirect_uri: 'redirect_uri',
  invalid_scope: 'scope',
  invalid_target: 'resource',
  unsupported_response_type: 'response_type',
  unsupported_response_mode: 'response_mode',
  unsupported_grant_type: 'grant_type',
  invalid_request_uri: 'request_uri',
};

const byWords: readonly [RegExp, string][] = [
  [/secret/, 'client_secret'],
  [/PKCE/, 'code_challenge'],
  [/authorization code/, 'code'],
  [/refresh token/, 'refresh_token'],
];

export function findParameter(error: string, sentence: string): string | undefined {
  return (
    byError[error] ??
    named.exec(sentence)?.[1] ??
    byWords.find(([pattern]) => pattern.test(sentence))?.[1] ??
    (/\bcode\b/.test(sentence) ? 'code' : undefined)
  );
}
