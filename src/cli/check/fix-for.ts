import type { RefusalReason } from '../../twin/liveperson/refusal.ts';

/** What to do about each reason for which LivePerson's side refuses. */
export const fixFor: Readonly<Record<RefusalReason, string>> = {
  algorithm: 'sign the ID tokens of this client with the RS256 key; LivePerson documents no other algorithm',
  key_id_missing:
    'the signing key needs a kid; or choose "JWT Public Key" in the connector, which needs none',
  key_id_unknown:
    'publish the key that signs: every process needs the same PARLEY_KEYS folder and a restart after a change of keys',
  key_set: 'LivePerson must be able to read the JWKS endpoint over public https without a redirect',
  signature:
    'the key that is published is not the one that signs: compare `parley keys show <brand>`, and give every process the same PARLEY_KEYS folder',
  expired: "compare the server's clock with the real time; then see lifetimes.id_token",
  issuer:
    'the brand\'s `issuer` and the connector\'s "JWT issuer (iss)" must be equal: same case, no slash at the end',
  other_consumer: "the page's identity function must answer the iss and sub of the token",
  claim: 'the claims iss, iat and exp must be in the ID token, as a text and two numbers',
  code: 'redeem a code once, within lifetimes.authorization_code, with the redirect_uri of the request; `parley requests` names the parameter',
  credentials:
    'the client id or secret of the connector is not that of the client: `parley client show --reveal` prints both',
  flow: 'choose "Code Flow" in the connector, or flows: [implicit] for the client',
  not_a_jwt: 'the answer must carry a JWT as id_token',
  sdes: 'lp_sdes is a list of objects of type ctmrinfo or personal: claims: { lp_sdes: "[{type: \'ctmrinfo\', info: {…}}]" }',
  state: 'the state must come back byte for byte: look for a proxy that rewrites addresses',
  subject: 'the ID token needs a sub: the stable id of the account',
  token_answer:
    'the token endpoint must answer JSON with an id_token, Bearer and Cache-Control: no-store; look for a proxy in between',
  token_endpoint:
    'LivePerson must reach the token endpoint: public https on port 443; `parley requests` has the reason',
  verifier:
    'the challenge that reached Parley is not that of the verifier: pass codeChallenge on unchanged, with S256',
  verifier_missing:
    'switch "Authorisation Code Flow With PKCE" on in the connector, and write flows: [code, pkce]',
  encryption:
    "encryption.key must be the public half of LivePerson's key, encryption.kid its name; RSA-OAEP-256 with A256GCM or A128CBC-HS256",
};
