import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEncryptionKey } from '../../keys/encryption-key.ts';
import type { ResolvedClient } from '../../platform/resolve-client.ts';
import type { Flow } from '../../twin/liveperson/connector.ts';
import { CliError } from '../cli-error.ts';
import type { CheckCall, CheckChoice } from './check-target.ts';
import { runCheck } from './run-check.ts';

export const allFlows: readonly Flow[] = ['code', 'pkce', 'implicit'];

/** With a client of LivePerson: which flows, and with which key encrypted ID tokens are opened. */
export async function checkLivePerson(call: CheckCall): Promise<void> {
  const { io, choice, brand, issuer, client } = call;
  const flows = chooseFlows(client, choice);
  const decryption = choice.decryptKey
    ? { key: await loadPrivateKey(resolve(io.cwd, choice.decryptKey)) }
    : undefined;
  const consumer = await call.chooseConsumer();
  io.stdout.write(`${client.id} of ${brand}: LivePerson against ${issuer}\n`);
  await runCheck({
    ...call,
    flows,
    consumer,
    decryption,
    encryptionKeyId: keyIdOf(client),
    pastedKey: await call.findPastedKey(),
  });
}

function chooseFlows({ id, flows }: ResolvedClient, { flow }: CheckChoice): Flow[] {
  const own = allFlows.filter((one) => flows.includes(one));
  if (flow === undefined) return own;
  if (own.includes(flow)) return [flow];
  throw new CliError(`${id} does not use the flow ${flow}: its flows are ${own.join(', ')}`, 2);
}

async function loadPrivateKey(file: string): Promise<KeyObject> {
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw new CliError(`${file} is no private key in PEM without a passphrase`);
  }
}

/** As the issuer names it: the client's own word, else the JWK's. */
function keyIdOf({ encryption }: ResolvedClient): string | undefined {
  return encryption && (encryption.kid ?? parseEncryptionKey(encryption.key).kid);
}
