import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadKeySet } from '../../src/keys/key-set.ts';
import { loadPairwiseSalt } from '../../src/keys/pairwise-salt.ts';
import { root } from '../support/documentation.ts';

/** deploy/kubernetes against Kubernetes' own schemas, and what of it can run without a cluster. */

const kinds: Record<string, new (manifest: never) => { validate(): void }> = {
  ConfigMap,
  Deployment,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
};

const files = globSync('deploy/kubernetes/*.yaml', { cwd: root }).toSorted();
const manifests = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(root, file), 'utf8'), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    const manifest: { kind: string } & Record<string, unknown> = document.toJS();
    return { name: `${basename(file)}: ${manifest.kind}`, manifest };
  }),
);
const find = (kind: string): unknown => {
  const found = manifests.filter(({ manifest }) => manifest.kind === kind);
  expect(found).toHaveLength(1);
  return found[0]?.manifest;
};

const folder = mkdtempSync(join(tmpdir(), 'parley-kubernetes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(manifests.map(({ name, manifest }) => [name, manifest] as const))('%s is valid', (_, manifest) => {
  const Kind = kinds[manifest.kind];
  if (!Kind) throw new Error(`${manifest.kind} is not checked: add it to this test`);
  new Kind(manifest as never).validate();
});

test('no manifest has a key that Kubernetes does not know', () => {
  // The schemas let unknown keys pass; the types made from them do not.
  const place = join(root, 'node_modules/.cache/parley-kubernetes');
  mkdirSync(place, { recursive: true });
  const lines = manifests.map(
    ({ manifest: { kind, apiVersion: _apiVersion, ...rest } }, index) =>
      `const manifest${index}: ConstructorParameters<typeof ${kind}>[0] = ${JSON.stringify(rest)};`,
  );
  const imports = readFileSync(import.meta.filename, 'utf8').match(
    /^import .* from 'kubernetes-models\/.*$/gm,
  );
  const names = manifests.map((_, index) => `manifest${index}`).join(', ');
  writeFileSync(
    join(place, 'check.ts'),
    [...(imports ?? []), ...lines, `export default [${names}];`].join('\n'),
  );
  writeFileSync(join(place, 'package.json'), '{"type":"module"}');
  const tsc = (text: string): string => {
    writeFileSync(join(place, 'check.ts'), text);
    try {
      const options = '--ignoreConfig --noEmit --strict --skipLibCheck --module nodenext --target es2024';
      execFileSync(join(root, 'node_modules/.bin/tsc'), [...options.split(' '), join(place, 'check.ts')], {
        encoding: 'utf8',
      });
      return '';
    } catch (error) {
      return String((error as { stdout?: string }).stdout);
    }
  };
  const text = readFileSync(join(place, 'check.ts'), 'utf8');
  expect(tsc(text)).toBe('');
  expect(tsc(text.replace('"terminationGracePeriodSeconds"', '"terminationGrace"'))).toContain(
    'terminationGrace',
  );
});

interface Container {
  name: string;
  command?: string[];
  env?: { name: string; value: string }[];
  ports?: { name: string; containerPort: number }[];
}

interface DeploymentManifest {
  spec: {
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        initContainers: Container[];
        containers: Container[];
        volumes: { name: string; configMap?: { items: Item[] }; secret?: { items: Item[] } }[];
      };
    };
  };
}

interface Item {
  key: string;
  path: string;
}

describe('what the pods are given', () => {
  const { spec: pod } = (find('Deployment') as DeploymentManifest).spec.template;
  const itemsOf = (volume: string): Item[] => {
    const { configMap, secret } = pod.volumes.find(({ name }) => name === volume) ?? {};
    return configMap?.items ?? secret?.items ?? [];
  };

  test('the configuration loads in production with the variables of the Secret', async () => {
    const { data } = find('ConfigMap') as { data: Record<string, string> };
    for (const { key, path } of itemsOf('configuration')) {
      mkdirSync(join(folder, 'config/brands'), { recursive: true });
      writeFileSync(join(folder, 'config', path), data[key] ?? '');
    }
    expect(itemsOf('configuration').map(({ key }) => key)).toEqual(Object.keys(data));
    const env = Object.fromEntries((pod.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
    const config = await loadConfig({
      cwd: folder,
      checks: brandChecks,
      env: {
        ...env,
        PARLEY_CONFIG: join(folder, 'config'),
        PARLEY_STORE: 'redis://redis:6379',
        PARLEY_COOKIE_KEYS: 'a-cookie-key-of-more-than-thirty-two-characters',
        PARLEY_ENCRYPTION_KEYS: 'an-encryption-key-of-more-than-thirty-two-characters',
        ACCOUNTS_DB: 'postgres://parley:secret@accounts:5432/shop',
        LP_SECRET: 'a-client-secret-of-the-platform-0123',
      },
    });
    expect(config.warnings).toEqual([]);
    expect(config.production).toBe(true);
    expect(config.server.host).toBe('0.0.0.0');
    expect(config.server.port).toBe(pod.containers[0]?.ports?.[0]?.containerPort);
  });

  test("the init container's copy of the keys is one that Parley accepts", async () => {
    const made = { folder: join(folder, 'made'), brand: 'acme', create: true, now: Date.now };
    const { jwks } = await loadKeySet(made);
    const salt = await loadPairwiseSalt(made);
    const secret = join(folder, 'secret');
    for (const { path } of itemsOf('secret-keys')) {
      cpSync(join(made.folder, path), join(secret, path), { mode: 0 });
      execFileSync('chmod', ['-R', 'a+r', secret]);
    }
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    const [program = '', ...args] = pod.initContainers[0]?.command ?? [];
    execFileSync(program, args, { env: { ...process.env, KEYS_SECRET: secret, PARLEY_KEYS: copy } });

    await expect(loadKeySet({ ...made, folder: secret, create: false })).rejects.toThrow('chmod 600');
    expect((await loadKeySet({ ...made, folder: copy, create: false })).jwks).toEqual(jwks);
    expect(await loadPairwiseSalt({ ...made, folder: copy, create: false })).toBe(salt);
  });

  test('Service, disruption budget and network policy mean these pods', () => {
    const { labels } = (find('Deployment') as DeploymentManifest).spec.template.metadata;
    expect((find('Service') as { spec: { selector: object } }).spec.selector).toEqual(labels);
    expect(
      (find('PodDisruptionBudget') as { spec: { selector: { matchLabels: object } } }).spec.selector
        .matchLabels,
    ).toEqual(labels);
    expect(
      (find('NetworkPolicy') as { spec: { podSelector: { matchLabels: object } } }).spec.podSelector
        .matchLabels,
    ).toEqual(labels);
  });
});
