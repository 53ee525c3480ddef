import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import { ParleyError } from '../errors.ts';
import type { BrandStore } from '../store/contract.ts';
import type { PendingWrites } from './pending-writes.ts';
import { toProtocolError } from './protocol-error.ts';
import type { SessionSaves } from './session-saves.ts';

export interface AdapterOptions {
  store: BrandStore;
  pendingWrites: PendingWrites;
  sessionSaves: SessionSaves;
  /** Asked before something is used up for an answer; rejects with ParleyError while no signature can be had. */
  checkSigner(): Promise<void>;
  /** Asked before something is stored for somebody who has proved nothing. */
  admitAnonymous(ip: string): Promise<void>;
}

/**
 * oidc-provider's adapter over the store contract, one per model.
 *
 * The library finds, checks `consumed`, and consumes later; the store decides who won. A loser means that the
 * code or refresh token was seen twice, so its whole grant ends (RFC 6749 4.1.2, RFC 9700 4.14).
 */
export function createAdapterFactory({
  store,
  pendingWrites,
  sessionSaves,
  admitAnonymous,
  checkSigner,
}: AdapterOptions): (model: string) => Adapter {
  return (model) => {
    const adapter: Adapter = {
      async upsert(id, payload, expiresIn) {
        if (model === 'Session') return await sessionSaves.save(id, payload, expiresIn);
        if (isAnonymous(model, payload)) await admitAnonymous(Provider.ctx?.ip ?? '');
        const write = store.upsert(model, id, payload, expiresIn);
        if (isReadLater.has(model)) await pendingWrites.add(write);
        else if ((await write) === 'exists') throw new errors.InvalidRequest('already used');
      },
      find: (id) => (model === 'Session' ? sessionSaves.find(id) : store.find(model, id)),
      findByUid: (uid) => store.findByUid(model, uid),
      findByUserCode: (userCode) => store.findByUserCode(model, userCode),
      async consume(id) {
        await checkSigner();
        const outcome = await store.consume(model, id);
        if (outcome === 'consumed') return;
        const spent = outcome === 'lost' ? await store.find(model, id) : undefined;
        if (typeof spent?.['grantId'] === 'string') await store.revokeGrant(spent['grantId']);
        throw model === 'PushedAuthorizationRequest'
          ? new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
          : new errors.InvalidGrant('already consumed');
      },
      destroy(id) {
        const end = store.destroy(model, id);
        return model === 'Interaction' ? pendingWrites.add(end) : end;
      },
      // The library calls this once for each model of the grant; the store ends all of them at the first.
      revokeByGrantId: async (grantId) => {
        if (model === 'AccessToken') await store.revokeGrant(grantId);
      },
    };
    return answeringUnavailable(adapter);
  };
}

/** What an answer stands for: nobody can ask for it before the answer is out. */
const isReadLater: ReadonlySet<string> = new Set([
  'Grant',
  'AuthorizationCode',
  'AccessToken',
  'RefreshToken',
]);

/**
 * What a stranger can have stored without end: requests that wait for a sign-in, and pushed ones of clients that
 * need no proof. A request that a page of ours has taken further is counted already.
 */
function isAnonymous(model: string, { result, session, lastSubmission }: AdapterPayload): boolean {
  if (model === 'Interaction') return !session?.accountId && !result && !lastSubmission;
  return model === 'PushedAuthorizationRequest' && Provider.ctx?.oidc.client?.clientAuthMethod === 'none';
}

function answeringUnavailable(adapter: Adapter): Adapter {
  const guarded = Object.entries(adapter).map(
    ([name, method]: [string, (...args: never[]) => Promise<unknown>]) => [
      name,
      (...args: never[]) => method(...args).catch(throwForLibrary),
    ],
  );
  return Object.fromEntries(guarded) as Adapter;
}

function throwForLibrary(error: unknown): never {
  throw error instanceof ParleyError ? toProtocolError(error) : error;
}
