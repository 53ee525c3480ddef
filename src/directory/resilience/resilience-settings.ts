import { defaultPolicy, type ResiliencePolicy } from './resilience-policy.ts';

/** What a brand's file says of every directory that is asked over a network. */
export interface ResilienceSettings {
  /** Milliseconds. */
  timeout: number;
  /** Seconds. */
  cache: number;
  parallel: number;
}

export function toPolicy({ timeout, parallel }: Omit<ResilienceSettings, 'cache'>): ResiliencePolicy {
  return { ...defaultPolicy, timeout, parallel };
}
