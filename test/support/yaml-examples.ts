import { generateKeyPairSync } from 'node:crypto';
import { parseDocument, type YAMLMap } from 'yaml';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { createSigningKeys } from '../../src/keys/create-signing-keys.ts';
import { formatSigningFile } from '../../src/keys/signing-file.ts';
import { createTemporaryConfig, goodBrand, headline } from '../config/temporary-config.ts';
import { createCertificatePem } from './certificate-pem.ts';

/**
 * A YAML example of a page. Its first line says what it is: `# config/brands/acme.yaml` for a whole file,
 * `# part of config/brands/acme.yaml` for keys that are laid over a good brand.
 */
export interface YamlExample {
  path: string;
  text: string;
  part: boolean;
}

export function findYamlExamples(page: string): YamlExample[] {
  return [...page.matchAll(/```yaml\n(# (part of )?(config\/\S+)\n[\s\S]*?)```/g)].map(
    ([, text = '', part, path = '']) => ({ text, part: part !== undefined, path }),
  );
}

/** All YAML blocks of a page, those without a first line that says what they are among them. */
export function countYamlBlocks(page: string): number {
  return page.match(/```ya?ml/g)?.length ?? 0;
}

const signingKeys = formatSigningFile(
  (await createSigningKeys()).map((jwk) => ({ createdAt: 0, signsFrom: 0, acknowledged: {}, jwk })),
);
const certificate = createCertificatePem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

const secret = 'a-secret-of-good-length';

/** What the examples refer to. */
const env = {
  ACME_LP_SECRET: secret,
  REWARDS_CLIENT_SECRET: secret,
  ACME_SIGNING_KEYS: signingKeys,
  ACCOUNTS: 'accounts.yaml',
  ACCOUNTS_DB: 'postgres://parley:secret@db.acme.example/shop',
  COOKIE_KEY: 'k'.repeat(32),
};
/** docs/admin-api.md shows it as a part of this brand. */
const adminCaller = `  - id: ops
    secret: ${secret}
    grants: [client-credentials]
resources:
  https://admin.acme.example: { scopes: [admin:read, admin:write], format: opaque }
`;
const files = {
  'config/brands/acme.yaml': `${goodBrand}${adminCaller}`,
  'config/accounts/acme.yaml': 'accounts: []\n',
  'secrets/liveperson': `${secret}\n`,
  'keys/acme/secrets/liveperson-client-secret': `${secret}\n`,
  'secrets/ldap-password': `${secret}\n`,
  'secrets/accounts-api-token': `${secret}\n`,
  'certificates/acme-2026.pem': certificate,
  'certificates/acme-2027.pem': certificate,
  'tls/cert.pem': 'certificate',
  'tls/key.pem': 'key',
  'etc/parley/fullchain.pem': 'certificate',
  'etc/parley/privkey.pem': 'key',
  'etc/parley/admin-ca.pem': 'certificate',
};

/** The problems and warnings of the example, as the real loader finds them. What it has in /etc is in `files`. */
export async function checkYamlExample({ path, text, part }: YamlExample): Promise<string[]> {
  const config = await createTemporaryConfig(files);
  try {
    await config.write(path, (part ? overGoodBrand(text) : text).replaceAll(' /etc/', ' etc/'));
    return (await config.problems(env, brandChecks)).map(headline);
  } finally {
    await config.remove();
  }
}

function overGoodBrand(text: string): string {
  const document = parseDocument(goodBrand);
  const laidOver = parseDocument<YAMLMap>(text);
  for (const pair of laidOver.contents?.items ?? []) document.set(pair.key, pair.value);
  return String(document);
}
