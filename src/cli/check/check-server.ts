import { createLocalJWKSet } from 'jose';
import { z } from 'zod';
import { createExchangeRecorder } from '../../twin/liveperson/exchange-recorder.ts';
import { loadKeySet } from '../../twin/liveperson/load-key-set.ts';
import { parseJson } from '../../twin/liveperson/parse-json.ts';
import { explainSilence, notOurPage } from './browser.ts';
import { attempt, CheckFailure } from './check-failure.ts';
import { type CheckTarget, createConnector } from './check-target.ts';
import { fixFor } from './fix-for.ts';

/**
 * The server's own documents against what is typed into LivePerson's console.
 * @returns false when there is nobody to go on with
 */
export async function checkServer(target: CheckTarget): Promise<boolean> {
  const { report } = target;
  const metadata = await attempt(report, 'Discovery', () => fetchDiscovery(target));
  if (!metadata) return false;
  await attempt(report, 'Discovery', () => checkDiscovery(target, metadata));
  await attempt(report, 'Key set', () => checkKeySet(target));
  return true;
}

const metadataSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  id_token_signing_alg_values_supported: z.array(z.string()),
});
type Metadata = z.output<typeof metadataSchema>;

async function fetchDiscovery({ issuer, fetch }: CheckTarget): Promise<Metadata> {
  const url = new URL(`${issuer}/.well-known/openid-configuration`);
  let response: Response;
  try {
    response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(15_000) });
  } catch (cause) {
    throw explainSilence(url, cause);
  }
  const metadata = metadataSchema.safeParse(parseJson(await response.text()));
  if (response.status !== 200 || !metadata.success) {
    throw new CheckFailure(
      `${url.href} answered ${response.status} without OpenID Connect metadata`,
      notOurPage,
    );
  }
  return metadata.data;
}

function checkDiscovery({ issuer, report }: CheckTarget, metadata: Metadata): void {
  if (metadata.issuer !== issuer) {
    throw new CheckFailure(
      `the server says that its issuer is ${metadata.issuer}, the brand file says ${issuer}`,
      fixFor.issuer,
      '4407',
    );
  }
  const typedIn = {
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
  };
  for (const [name, expected] of Object.entries(typedIn)) {
    const actual = metadata[name as keyof typeof typedIn];
    if (actual === expected) continue;
    const fix = 'the proxy must pass on Host and X-Forwarded-Proto, and trusted_proxies must name it';
    throw new CheckFailure(`${name} is ${actual}, but LivePerson is given ${expected}`, fix);
  }
  if (!metadata.id_token_signing_alg_values_supported.includes('RS256')) {
    throw new CheckFailure('the server does not sign with RS256', fixFor.algorithm, '9007');
  }
  report.ok('Discovery', `the issuer is ${issuer}, the endpoints are those of LivePerson's console`);
}

async function checkKeySet(target: CheckTarget): Promise<void> {
  const { report } = target;
  const { jwksEndpoint } = createConnector(target, 'code');
  const keySet = await loadKeySet(jwksEndpoint, createExchangeRecorder(target.fetch));
  // The library's own reading of the set; LivePerson's needs are in loadKeySet.
  createLocalJWKSet(keySet);
  const keys = keySet.keys.filter(({ kty, kid }) => kty === 'RSA' && kid);
  if (keys.length === 0) {
    throw new CheckFailure('the key set has no RSA key with a kid', fixFor.key_id_missing, '9007');
  }
  report.ok(
    'Key set',
    `${keys.length} RSA ${keys.length === 1 ? 'key' : 'keys'}: ${keys.map(({ kid }) => kid).join(', ')}`,
  );
}
