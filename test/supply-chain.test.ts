import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { readTableRows, root } from './support/documentation.ts';

/** What comes from others: docs/supply-chain.md says the same in words. */

interface LockedPackage {
  version: string;
  license?: string;
  integrity?: string;
  resolved?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const lock = JSON.parse(read('package-lock.json')) as {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
};
const packages = Object.entries(lock.packages).filter(([place]) => place !== '');
const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
const page = read('docs/supply-chain.md');

/** Without obligations beyond naming the author, or (MPL) for changes of its own files, of which there are none. */
const licences = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'MIT OR Apache-2.0',
  'BlueOak-1.0.0',
  'MPL-2.0',
]);
/** For tests and tools, which nobody is given. */
const developmentLicences = new Set([...licences, 'CC0-1.0', '(MIT OR CC0-1.0)', 'CC-BY-4.0']);
/** LiveChat's own client, which the tests put before our identity provider; its terms are LiveChat's. */
const vendors = new Set(['node_modules/@livechat/customer-auth', 'node_modules/@livechat/customer-sdk']);

const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('the lock file', () => {
  test('holds each package with a SHA-512 of what is installed, and no address', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(packages.length).toBeGreaterThan(100);
    const wrong = packages.filter(
      ([, { integrity, resolved }]) => !integrity?.startsWith('sha512-') || resolved !== undefined,
    );
    expect(wrong.map(([place]) => place)).toEqual([]);
  });

  test('is of exact versions, each as the manifest says', () => {
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
      for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
        expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/)]);
        expect([name, lock.packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
      }
    }
  });
});

describe('install scripts', () => {
  test('are run for nobody', () => {
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
  });

  test('are those of the development packages that docs/supply-chain.md names, and none of the server', () => {
    const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.filter(([, { dev }]) => !dev)).toEqual([]);
    const listed = readTableRows(page, 'Install scripts').slice(1);
    expect(new Set(scripted.map(([place]) => `\`${nameOf(place)}\``))).toEqual(
      new Set(listed.map(([name]) => name)),
    );
  });
});

describe('licences', () => {
  test('of what the server is made of are on the list', () => {
    const others = packages.filter(([, { dev, license }]) => !dev && !licences.has(license ?? ''));
    expect(others.map(([place, { license }]) => `${nameOf(place)}: ${license}`)).toEqual([]);
  });

  test('of what tests and tools need are on theirs', () => {
    const others = packages.filter(
      ([place, { dev, license }]) => dev && !vendors.has(place) && !developmentLicences.has(license ?? ''),
    );
    expect(others.map(([place, { license }]) => `${nameOf(place)}: ${license}`)).toEqual([]);
  });

  test('are those that docs/supply-chain.md lists', () => {
    const listed = readTableRows(page, 'Licences').slice(1);
    const used = new Set(packages.filter(([, { dev }]) => !dev).map(([, { license }]) => `\`${license}\``));
    expect(used).toEqual(new Set(listed.map(([licence]) => licence)));
  });
});

test('`npm run sbom` prints a CycloneDX bill of everything that the server is made of, and nothing else', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
    cwd: root,
    maxBuffer: 32 * 1024 * 1024,
  });
  const bill = JSON.parse(stdout) as {
    bomFormat: string;
    components: { name: string; version: string; hashes?: unknown[]; licenses?: unknown[] }[];
  };
  expect(bill.bomFormat).toBe('CycloneDX');
  const named = bill.components.map(({ name, version }) => `${name}@${version}`);
  for (const [name, version] of Object.entries(manifest['dependencies'] ?? {}))
    expect(named).toContain(`${name}@${version}`);
  expect(named.filter((name) => /^(?:jest|playwright-core|typescript|knip)@/.test(name))).toEqual([]);
  expect(bill.components.filter(({ hashes, licenses }) => !hashes?.length || !licenses?.length)).toEqual([]);
});

test('SECURITY.md says how to report, and which versions are mended', () => {
  const policy = read('SECURITY.md');
  expect(policy).toMatch(/^## Report a weakness$/m);
  expect(policy).toMatch(/^## Versions$/m);
});
