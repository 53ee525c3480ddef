import type { ClientConfig } from '../config/brand-schema.ts';
import { livechat } from './livechat.ts';
import { liveperson } from './liveperson.ts';
import type { PlatformPreset } from './preset-contract.ts';

/** Every platform that a client's `platform` may name. */
const presets: Readonly<Record<NonNullable<ClientConfig['platform']>, PlatformPreset>> = {
  liveperson,
  livechat,
};

export function findPreset({ platform }: Pick<ClientConfig, 'platform'>): PlatformPreset | undefined {
  return platform && presets[platform];
}
