import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

/**
 * Who may import whom (docs/architecture.md shows the same table). `type` allows `import type` only.
 * `brand`, `operations` and `process` put the others together; only the command line and tests import those.
 */
const everything = {
  audit: 'value',
  limits: 'value',
  config: 'value',
  http: 'value',
  claims: 'value',
  directory: 'value',
  issuer: 'value',
  interaction: 'value',
  keys: 'value',
  outbound: 'value',
  platform: 'value',
  store: 'value',
} as const;

const allowed: Record<string, Record<string, 'value' | 'type'>> = {
  audit: {},
  config: {},
  directory: { outbound: 'value', telemetry: 'type' },
  outbound: {},
  keys: { audit: 'type' },
  store: {},
  telemetry: { audit: 'type', directory: 'type', store: 'type' },
  http: { config: 'type', store: 'type' },
  limits: { audit: 'type', config: 'type', store: 'type', http: 'value' },
  claims: { directory: 'type' },
  platform: { claims: 'type', store: 'type', config: 'type', keys: 'value', telemetry: 'type' },
  interaction: { audit: 'value', limits: 'value', directory: 'type', claims: 'type', http: 'value' },
  issuer: {
    audit: 'value',
    limits: 'value',
    claims: 'value',
    keys: 'value',
    config: 'type',
    directory: 'type',
    store: 'type',
    platform: 'type',
    telemetry: 'type',
  },
  browser: {},
  twin: { platform: 'type' },
  workers: {},
  brand: { ...everything, telemetry: 'type', twin: 'value' },
  operations: { ...everything, brand: 'value', telemetry: 'value' },
  admin: {
    audit: 'type',
    config: 'type',
    http: 'value',
    issuer: 'type',
    directory: 'type',
    keys: 'type',
    platform: 'value',
    store: 'type',
    operations: 'value',
  },
  process: { ...everything, telemetry: 'value', brand: 'value', workers: 'value', admin: 'value' },
  cli: {
    audit: 'value',
    limits: 'type',
    config: 'value',
    keys: 'value',
    twin: 'value',
    platform: 'value',
    brand: 'value',
    operations: 'value',
    process: 'value',
  },
};

/** Packages and globals with an owner; each folder that calls others over the network guards its own upstream. */
const owners: [pattern: RegExp, owners: string[], what: string][] = [
  [/from 'oidc-provider'/, ['issuer'], 'oidc-provider'],
  [/from 'prom-client'/, ['telemetry'], 'prom-client'],
  [/from '@opentelemetry\/api'/, ['telemetry'], '@opentelemetry/api'],
  [/from 'ioredis'/, ['store'], 'ioredis'],
  [/from 'node:sqlite'/, ['store'], 'node:sqlite'],
  [/from 'undici'/, ['outbound'], 'undici'],
  [/from 'ldapts'/, ['directory'], 'ldapts'],
  [/from 'cockatiel'/, ['directory', 'platform', 'keys'], 'cockatiel'],
  [/from 'pg'/, ['directory'], 'pg'],
  [/from 'mysql2'/, ['directory'], 'mysql2'],
];

interface Import {
  file: string;
  folder: string;
  target: string;
  typeOnly: boolean;
}

const src = resolve(import.meta.dirname, '../src');
/** For everyone. */
const shared = ['errors.ts', 'file-stamp.ts', 'log.ts', 'patience.ts'];

function findViolations(imports: readonly Import[]): string[] {
  return imports.flatMap(({ file, folder, target, typeOnly }) => {
    const isShared = shared.includes(target) && folder !== 'browser';
    if (target === folder || isShared || folder === '.') return [];
    const right = allowed[folder]?.[target];
    if (right === 'value' || (right === 'type' && typeOnly)) return [];
    return [`${file} may not import ${target}${right === 'type' ? ' other than by "import type"' : ''}`];
  });
}

function readImports(): Import[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(src, file), 'utf8');
    const statements = [
      ...text.matchAll(
        /(?:import|export)\s+(type\s)?[^'";]*?from\s+'(\.[^']+)'|import\(\s*'(\.[^']+)'\s*\)/g,
      ),
    ];
    return statements.map(([, type, fixed, dynamic]) => ({
      file,
      folder: folderOf(file),
      target: folderOf(relative(src, resolve(src, dirname(file), fixed ?? dynamic ?? '')), true),
      typeOnly: Boolean(type),
    }));
  });
}

function folderOf(path: string, asTarget = false): string {
  const parts = path.split(sep);
  if (parts.length > 1) return parts[0] as string;
  return asTarget && shared.includes(path) ? path : '.';
}

describe('the folders of src', () => {
  test('import only what the table allows', () => {
    expect(findViolations(readImports())).toEqual([]);
  });

  test.each(owners)('%s appears at run time in its folders only', (pattern, folders) => {
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const importing = files.filter((file) => {
      const lines = readFileSync(join(src, file), 'utf8').match(/import[^;]*;/g) ?? [];
      return lines.some((line) => pattern.test(line) && !line.startsWith('import type'));
    });
    expect(importing.filter((file) => !folders.includes(folderOf(file)))).toEqual([]);
  });

  test('nothing is asked over the network but by outbound, databases, LDAP and the command line', () => {
    const asking =
      /\bfetch\(|globalThis\.fetch|import \{[^}]*\b(?:request|get|connect|lookup|resolve\w*)\b[^}]*\} from 'node:(?:https?|http2|net|tls|dns)'/;
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !/^(?:outbound|browser|twin|cli)\//.test(name),
    );
    const found = files.filter((file) => asking.test(readFileSync(join(src, file), 'utf8')));
    expect(found.toSorted()).toEqual([
      'directory/ldap/open-connection.ts',
      // These two are handed a fetch of outbound's.
      'directory/oidc/upstream-client.ts',
      'platform/broker/vendor-http.ts',
    ]);
  });

  test('process.env is read by the process entries alone, which pass it to config', () => {
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const reading = files.filter((file) => readFileSync(join(src, file), 'utf8').includes('process.env'));
    expect(reading.toSorted()).toEqual(['cli/main.ts', 'main.ts']);
  });

  test('a forbidden import would be seen', () => {
    const planted = { file: 'store/redis-store.ts', folder: 'store', target: 'issuer', typeOnly: false };
    expect(findViolations([planted])).toEqual(['store/redis-store.ts may not import issuer']);
    const typed = {
      file: 'claims/claims-mapping.ts',
      folder: 'claims',
      target: 'directory',
      typeOnly: false,
    };
    expect(findViolations([typed])).toHaveLength(1);
    expect(findViolations([{ ...typed, typeOnly: true }])).toEqual([]);
    const script = { file: 'browser/calls.ts', folder: 'browser', target: 'errors.ts', typeOnly: false };
    expect(findViolations([script])).toHaveLength(1);
  });
});

describe('the test files', () => {
  const root = import.meta.dirname;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const configs = ['jest.config.js', 'jest.browser.config.js', 'jest.fault.config.js'];

  test('each runs under exactly one command', async () => {
    const runs = await Promise.all(configs.map((name) => listFiles(name)));
    expect(runs.flat().toSorted()).toEqual(files.map((name) => join(root, name)).toSorted());
  });

  test('what drives a browser runs under test:browser', async () => {
    const others = await Promise.all(
      configs.filter((name) => !name.includes('browser')).map((name) => listFiles(name)),
    );
    const driving = others
      .flat()
      .filter((path) => /launchChromium\(|chromium\.launch/.test(readFileSync(path, 'utf8')));
    expect(driving.filter((path) => path !== import.meta.filename)).toEqual([]);
  });

  async function listFiles(config: string): Promise<string[]> {
    const jest = resolve(root, '../node_modules/.bin/jest');
    const { stdout } = await promisify(execFile)(jest, ['-c', config, '--listTests'], {
      cwd: resolve(root, '..'),
    });
    return stdout.split('\n').filter((line) => line !== '');
  }
});
