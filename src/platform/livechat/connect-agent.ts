import { createHash } from 'node:crypto';
import type { BrandStore } from '../../store/contract.ts';
import { withLock } from '../broker/wait-for-lock.ts';
import type { AgentGrants } from './agent-grants.ts';
import type { AgentOauth } from './agent-oauth.ts';

export interface ConnectAgentOptions {
  oauth: AgentOauth;
  grants: AgentGrants;
  store: BrandStore;
  randomBytes(size: number): Buffer;
  /** Shows the administrator where to consent. @returns the address at which the browser came back */
  consent(url: string): Promise<URL>;
}

/** The answer of the browser is not to our question, or it is a refusal. */
class ConsentRefused extends Error {}

/** An administrator consents in the browser; what LiveChat gives for it is kept sealed. */
export async function connectAgent(options: ConnectAgentOptions): Promise<void> {
  const { oauth, grants, store, randomBytes, consent } = options;
  const state = randomBytes(16).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const { searchParams } = await consent(oauth.consentUrl({ state, challenge }));
  // Another browser's answer would connect another administrator.
  if (searchParams.get('state') !== state)
    throw new ConsentRefused(
      'this is not the answer to this request: start again and use the address printed here',
    );
  const code = searchParams.get('code');
  if (!code) throw new ConsentRefused('LiveChat gave no code: the consent was refused');
  const grant = await oauth.redeem(code, verifier);
  // A server that renews the old consent at this moment must not write it over the new one.
  await withLock(store, grants.lock, () => grants.save(grant));
}
