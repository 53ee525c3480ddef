import { z } from 'zod';
import type { Seal } from '../../keys/seal.ts';
import type { BrandStore } from '../../store/contract.ts';

/** An administrator's consent at rest: sealed, one for each LiveChat app of a brand. */
export interface AgentGrant {
  accessToken: string;
  refreshToken: string;
  /** Milliseconds since 1970: the end of the access token. */
  expiresAt: number;
}

export interface AgentGrants {
  /** `locked`: there is one, and none of our keys opens it. */
  find(): Promise<AgentGrant | 'locked' | undefined>;
  save(grant: AgentGrant): Promise<void>;
  remove(): Promise<void>;
  /** Where the grant is changed, one process at a time. */
  readonly lock: string;
}

export interface AgentGrantsOptions {
  store: BrandStore;
  seal: Seal;
  brand: string;
  /** LiveChat's id of the app. */
  appId: string;
}

const model = 'LiveChatAgent';
const grantSchema = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.number() });

export function createAgentGrants({ store, seal, brand, appId }: AgentGrantsOptions): AgentGrants {
  const place = ['livechat-agent', brand, appId];
  return {
    lock: `livechat-agent:${appId}`,
    async find() {
      const record = await store.find(model, appId);
      if (typeof record?.['sealed'] !== 'string') return undefined;
      const text = await seal.open(record['sealed'], place);
      return text === undefined ? 'locked' : grantSchema.parse(JSON.parse(text));
    },
    async save(grant) {
      await store.upsert(model, appId, { sealed: await seal.close(JSON.stringify(grant), place) });
    },
    remove: () => store.destroy(model, appId),
  };
}
