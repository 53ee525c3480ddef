import type { Seal } from '../../keys/seal.ts';
import type { Log } from '../../log.ts';
import type { Background } from './background.ts';
import type { CustomerLinks } from './customer-links.ts';
import type { Profile, TokenVendor, VendorToken } from './token-vendor.ts';

/** Tells the platform a consumer's name and e-mail when they are new to it; a failure costs the chat nothing. */
export interface ProfileUpdates {
  later(accountId: string, token: VendorToken): void;
}

export interface ProfileUpdatesOptions {
  vendor: TokenVendor;
  links: CustomerLinks;
  seal: Seal;
  background: Background;
  clientId: string;
  log: Pick<Log, 'warn'>;
  findProfile(accountId: string, clientId: string): Promise<Profile | undefined>;
}

export function createProfileUpdates(options: ProfileUpdatesOptions): ProfileUpdates {
  const { vendor, background, log } = options;
  return {
    later(accountId, token) {
      if (!vendor.updateProfile) return;
      background.run(update(options, accountId, token), (error) =>
        log.warn(
          { detail: error instanceof Error ? error.message : String(error) },
          `${vendor.title} could not be told a consumer's name and e-mail; it is tried again with the next token`,
        ),
      );
    },
  };
}

async function update(options: ProfileUpdatesOptions, accountId: string, token: VendorToken): Promise<void> {
  const { vendor, links, seal, clientId, findProfile } = options;
  const [profile, found] = await Promise.all([findProfile(accountId, clientId), links.find(accountId)]);
  if (!profile || !found || Object.keys(profile).length === 0) return;
  const fingerprint = seal.fingerprint(JSON.stringify([accountId, profile.name ?? '', profile.email ?? '']));
  if (found.link.profile === fingerprint) return;
  await vendor.updateProfile?.(token.accessToken, profile);
  await links.noteProfile(accountId, found.link, fingerprint);
}
