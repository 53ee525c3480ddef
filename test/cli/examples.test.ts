import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createCommands } from '../../src/cli/commands.ts';
import { run } from '../../src/cli/run.ts';
import { listCommands, readExamples } from '../support/command-tree.ts';
import { root } from '../support/documentation.ts';
import { encryptionKey } from '../support/livechat-site.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** What help and docs/command-line.md show is what happens, beside a running server. */

const leaves = listCommands();
const page = readFileSync(join(root, 'docs/command-line.md'), 'utf8');

/** These do not end by themselves, or need a person or a day to pass; tests of their own run them. */
const elsewhere = new Set(['start', 'livechat connect', 'completion', 'keys ack']);
/** Their answer is one value, a stream of lines, or JSON anyway. */
const withoutJson = new Set([
  'start',
  'livechat connect',
  'completion',
  'links export',
  'accounts hash',
  'config show',
  'keys cookie',
  'keys encryption',
]);

const link = {
  brand: 'acme',
  platform: 'livechat/5f0e7a52-6f3c-4c1b-9a57-0d5c2f6b8e31',
  account: dana.sub,
  customer_id: '3f2c1a9e-0b57-4f0e-9c55-2d5f8f6a1b11',
  created_at: 1_790_000_000,
};

let parley: RunningParley;
let supportId: string;
beforeAll(async () => {
  const livechat = {
    id: 'livechat',
    platform: 'livechat',
    pages: ['https://www.acme.example'],
    livechat: {
      client_id: 'd3e0f1e2c3b4a5968778695a4b3c2d1e',
      client_secret: 'a-client-secret-of-the-app',
      organization_id: '5f0e7a52-6f3c-4c1b-9a57-0d5c2f6b8e31',
      license_id: 1520,
      redirect_uri: 'https://www.acme.example/chat',
    },
  };
  const clients = testClients().map((client) =>
    client['id'] === 'liveperson' ? { ...client, pasted_key: true } : client,
  );
  parley = await startParley({
    brands: [testBrand({ clients: [...clients, livechat] })],
    env: { PARLEY_ENCRYPTION_KEYS: encryptionKey },
    serverYaml: { audit: { to: 'audit.log', chain: true } },
  });
  const web = webClient(parley);
  const landed = await signIn(new Visitor(), authorizationUrl(web, { scope: 'openid' }), dana);
  await exchange(web, landed.searchParams.get('code') ?? '');
  const refused = await fetch(`${parley.issuer}/auth?client_id=nobody`);
  supportId = refused.headers.get('x-request-id') ?? '';
  await write('parley.log', parley.log.map((line) => JSON.stringify(line)).join('\n'));
  await write('password.txt', 'a new password\n');
  await write('links.jsonl', `${JSON.stringify(link)}\n`);
  await runCall('links import --brand acme links.jsonl');
});
afterAll(() => parley.stop());

const write = (name: string, text: string) => writeFile(join(parley.folder, name), text);

/** As a shell would: `<` and `>` lead to files of the working directory. */
async function runCall(call: string, input = '') {
  const [, words = '', , into, from] = /^(.*?)( > (\S+)| < (\S+))?$/.exec(call) ?? [];
  const printed = { stdout: '', stderr: '' };
  const stdin = Readable.from([from ? readFileSync(join(parley.folder, from), 'utf8') : input]);
  const io = {
    stdout: { write: (text: string) => (printed.stdout += text) },
    stderr: { write: (text: string) => (printed.stderr += text) },
    stdin: stdin as unknown as NodeJS.ReadStream,
    env: {
      PARLEY_KEYS: join(parley.folder, 'keys'),
      PARLEY_STORE: `embedded:${join(parley.folder, 'data')}`,
      PARLEY_ENCRYPTION_KEYS: encryptionKey,
      PORT: String(parley.port),
    },
    cwd: parley.folder,
    randomBytes,
  };
  const code = await run(words.trim().split(' '), io, createCommands(io));
  if (into) writeFileSync(join(parley.folder, into), printed.stdout);
  return { code, ...printed };
}

/** What changes something comes last; `init` makes a second brand, and calls without --brand would not do any more. */
const last = ['store export', 'store import', 'links unlink', 'sessions end', 'init'];
const examined = leaves
  .filter(({ name }) => !elsewhere.has(name))
  .toSorted((a, b) => last.indexOf(a.name) - last.indexOf(b.name));

test.each(leaves)('parley $name has an example in its help', async ({ name }) => {
  expect(await readExamples(name)).not.toEqual([]);
});

/** With an id that is there: the newest key waits to sign, and may still be taken back. */
async function prepared(call: string): Promise<string> {
  if (!call.startsWith('keys retire')) return call.replace('K7M2PX9QRT', supportId);
  const { keys } = JSON.parse((await runCall('keys list --brand acme --json')).stdout).brands[0];
  const next = keys.find(({ state }: { state: string }) => state === 'next');
  return call.replace('q9qKr09W', next.kid);
}

describe('the examples, one after the other', () => {
  test.each(examined)('parley $name does what its help says', async ({ name }) => {
    for (const example of await readExamples(name)) {
      expect(example.startsWith(name)).toBe(true);
      const { code, stderr } = await runCall(await prepared(example), `${dana.password}\n`);
      expect([example, code, stderr]).toEqual([example, 0, '']);
    }
  });
});

test('every command that answers something takes --json', () => {
  const lacking = leaves.filter(({ name, options }) => !withoutJson.has(name) && !options.includes('--json'));
  expect(lacking.map(({ name }) => name)).toEqual([]);
});

/** Members and their kinds; in a list those of all its items together. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(shapeOf).reduce<unknown[]>(([all], one) => [merge(all, one)], []);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === 'fields' ? 'object' : shapeOf(inner)]),
  );
}

function merge(one: unknown, other: unknown): unknown {
  if (one === undefined || other === undefined) return one ?? other;
  if (Array.isArray(one) || Array.isArray(other)) return [one, other].flat().slice(0, 1);
  if (typeof one !== 'object' || typeof other !== 'object') return one;
  const [a, b] = [one, other] as Record<string, unknown>[];
  const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
  return Object.fromEntries(names.map((name) => [name, merge(a?.[name], b?.[name])]));
}

/** By command: a heading may name several of one group. */
const shapes = new Map(
  [...page.matchAll(/^### parley (.+)\n[\s\S]*?```json\n([\s\S]*?)```/gm)].flatMap(
    ([, heading = '', example = '']) => {
      const [first = '', ...others] = heading.split(', ');
      const group = first.replace(/[^ ]+$/, '');
      const shape = shapeOf(JSON.parse(example)) as object;
      return [first, ...others.map((name) => `${group}${name}`)].map((name) => [name, shape] as const);
    },
  ),
);

describe('with --json, once more', () => {
  // The first run has used up what these need.
  const again = (call: string) => call.replaceAll('globex', 'initech').replace('backup.jsonl', 'again.jsonl');

  beforeAll(async () => {
    await rm(join(parley.folder, 'config/brands/globex.yaml'));
    await runCall('links import --brand acme links.jsonl');
    const deployed = readFileSync(join(parley.folder, 'deployed.json'), 'utf8');
    await write(
      'deployed.json',
      deployed.replace('https://shop.acme.example/bye', 'https://shop.acme.example/old'),
    );
    // What begins in the second in which everything ended is dead with it.
    const ended = Math.floor(Date.now() / 1000);
    await poll('the next second', 30_000, () => Math.floor(Date.now() / 1000) > ended);
    const landed = await signIn(
      new Visitor(),
      authorizationUrl(webClient(parley), { scope: 'openid' }),
      dana,
    );
    await exchange(webClient(parley), landed.searchParams.get('code') ?? '');
  });

  test.each(examined.filter(({ name }) => !withoutJson.has(name)))(
    'parley $name answers as docs/command-line.md shows',
    async ({ name }) => {
      const [example = ''] = await readExamples(name);
      // There is one next key at most.
      if (name === 'keys generate') await runCall('keys rotate --brand acme --force');
      const { code, stdout } = await runCall(
        `${again(await prepared(example))} --json`,
        `${dana.password}\n`,
      );
      expect(code).toBe(0);
      const shown = shapes.get(name) ?? {};
      const actual = shapeOf(JSON.parse(stdout)) as object;
      // Nothing that is not shown, and nothing shown is missing but what a deeper member may lack.
      expect(merge(shown, actual)).toEqual(shown);
      expect(Object.keys(actual)).toEqual(Object.keys(shown));
    },
  );
});
