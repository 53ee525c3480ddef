import { z } from 'zod';
import { type KeyReport, readKeyReport } from '../operations/report-keys.ts';
import {
  describeKeyCommand,
  isKeyRefusal,
  type KeyCommand,
  runKeyCommand,
} from '../operations/run-key-command.ts';
import type { AdminOptions } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';
import { findClient, findSite } from './find-site.ts';
import { type Operation, type OperationCall, operation } from './operation.ts';
import { brandName, clientId, time } from './words.ts';

/** A brand's signing keys: what they do, and what comes; nothing private of them. */
export function createKeyOperations(options: AdminOptions): Operation[] {
  async function read(brand: string): Promise<KeyReport> {
    const { keys } = findSite(options, brand);
    return readKeyReport(brand, { ...keys, now: options.now() }).catch(explainRefusal);
  }

  async function change(
    command: KeyCommand,
    { brand, plan, held = [], audit }: Change & { brand: string; audit: OperationCall['audit'] },
  ) {
    const { keys } = findSite(options, brand);
    const now = options.now();
    const changed = await runKeyCommand(command, { ...keys, brand, plan, held, now }).catch(explainRefusal);
    if (!plan) audit.record('command.run', { brand, command: describeKeyCommand(command) });
    return changed;
  }

  return [
    operation({
      id: 'listKeys',
      method: 'get',
      path: '/brands/{brand}/keys',
      scope: 'admin:read',
      summary: "A brand's signing keys, their states, and what comes when and why.",
      params: { brand: brandName },
      answer: z.strictObject(report).meta({ title: 'Keys' }),
      run: ({ params }) => read(params.brand),
    }),
    operation({
      id: 'generateKeys',
      method: 'post',
      path: '/brands/{brand}/keys/generate',
      scope: 'admin:write',
      summary: 'Make a next key: published, not signing yet.',
      params: { brand: brandName },
      body: z.strictObject({ ...changing, ...drafting }),
      answer: changedKeys,
      run: ({ params, body: { alg, ...choice }, audit }) =>
        change({ name: 'generate', algorithm: alg }, { ...choice, ...params, audit }),
    }),
    operation({
      id: 'rotateKeys',
      method: 'post',
      path: '/brands/{brand}/keys/rotate',
      scope: 'admin:write',
      summary: 'Let the next key sign as soon as everybody knows it; one is made where there is none.',
      params: { brand: brandName },
      body: z.strictObject({
        ...changing,
        ...drafting,
        force: flag('Sign with it now, whoever does not know it yet.'),
      }),
      answer: changedKeys,
      run: ({ params, body: { alg, force, ...choice }, audit }) =>
        change({ name: 'rotate', algorithm: alg, force }, { ...choice, ...params, audit }),
    }),
    operation({
      id: 'retireKey',
      method: 'post',
      path: '/brands/{brand}/keys/{kid}/retire',
      scope: 'admin:write',
      summary: 'Take a key out of the key set before its time.',
      params: { brand: brandName, kid: keyId },
      body: z.strictObject({
        ...changing,
        leaked: flag('It is in wrong hands: it leaves now, and the next key signs now.'),
        force: flag('Also while what it signed is still valid.'),
      }),
      answer: changedKeys,
      async run({ params: { brand, kid }, body: { plan, leaked, force }, audit }) {
        const { keys } = await read(brand);
        if (!keys.some((key) => key.kid === kid)) {
          throw new AdminRefusal(404, 'key_unknown', `${brand} has no such key`);
        }
        return change({ name: 'retire', kid, leaked, force }, { brand, plan, audit });
      },
    }),
    operation({
      id: 'acknowledgeKey',
      method: 'post',
      path: '/brands/{brand}/clients/{client}/key/ack',
      scope: 'admin:write',
      summary: "Say that the next key is pasted at a client's platform; after the last one it signs.",
      params: { brand: brandName, client: clientId },
      body: z.strictObject({ ...changing, force: flag('Also before everybody else knows the key.') }),
      answer: changedKeys,
      async run({ params: { brand, client }, body: { plan, force }, audit }) {
        const { id } = findClient(findSite(options, brand), client);
        return change({ name: 'ack', client: id, force }, { brand, plan, audit });
      },
    }),
  ];
}

interface Change {
  plan: boolean;
  /** Names of keys that the agent has. */
  held?: string[] | undefined;
}

function explainRefusal(error: unknown): never {
  if (isKeyRefusal(error)) throw new AdminRefusal(409, 'keys_refused', error.message);
  throw error;
}

function flag(description: string) {
  return z.boolean().default(false).meta({ description });
}

const keyId = z.string().min(1).max(200).meta({ description: "The key's id, whole." });

const algorithm = z.enum(['RS256', 'ES256']);

const changing = { plan: flag('Say what would happen, when and why, and change nothing.') };

const drafting = {
  alg: algorithm.optional().meta({ description: 'This algorithm only.' }),
  held: z
    .array(z.string().min(1).max(200))
    .max(2)
    .optional()
    .meta({ description: 'Keys that the agent has, by label or fingerprint.' }),
};

const report = {
  brand: z.string(),
  place: z.string().meta({ description: 'Where they rest.' }),
  keys: z.array(
    z.strictObject({
      kid: z.string(),
      alg: algorithm,
      state: z.enum(['next', 'current', 'previous', 'retired']),
      created_at: time,
      signs_from: time.optional(),
      until: time.optional(),
      waiting_for: z.array(z.string()),
    }),
  ),
  plan: z.array(
    z.strictObject({
      at: time.optional(),
      alg: algorithm,
      kid: z.string().optional(),
      step: z.string(),
      why: z.string(),
    }),
  ),
};

const changedKeys = z
  .strictObject({
    ...report,
    breaks: z.array(z.string()).meta({ description: 'What stops working, for whom and until when.' }),
    changed: z.boolean(),
  })
  .meta({ title: 'ChangedKeys' });
