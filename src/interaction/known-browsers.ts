import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'koa';

/** What is remembered of browsers; the store has it. */
export interface BrowserSets {
  addMember(set: string, member: string, expiresIn: number): Promise<void>;
  members(set: string): Promise<string[]>;
  removeMember(set: string, member: string): Promise<void>;
}

export interface KnownBrowsersOptions {
  store: BrowserSets;
  /** Signed, bound to the host, and the brand's alone. */
  cookie: { name: string; attributes: object };
}

/** Seconds that a browser is remembered after its last sign-in. */
const lifetime = 180 * 24 * 3600;
/** Of one login; the one that was used longest ago goes. */
const most = 20;

/**
 * Browsers in which a login was once signed in to the end. They carry a random value and nothing about whom: which
 * logins it stands for is in the store, so that it can be taken back for one of them.
 */
export function createKnownBrowsers({ store, cookie }: KnownBrowsersOptions) {
  const read = (ctx: Context): string | undefined => {
    const value = ctx.cookies.get(cookie.name, { signed: true });
    return value && nameOf(value);
  };
  return {
    /** @param login as loginEntry names it @returns the browser's name, if it is known for this login */
    async find(ctx: Context, login: string): Promise<string | undefined> {
      const browser = read(ctx);
      if (browser === undefined) return undefined;
      return (await store.members(knownBrowsersOf(login))).includes(browser) ? browser : undefined;
    },
    async remember(ctx: Context, login: string): Promise<void> {
      const given = ctx.cookies.get(cookie.name, { signed: true });
      const value = given ?? randomBytes(24).toString('base64url');
      // Written each time, so that it lives on from the last sign-in.
      ctx.cookies.set(cookie.name, value, { ...cookie.attributes, maxAge: lifetime * 1000 });
      const set = knownBrowsersOf(login);
      const browser = nameOf(value);
      const [all] = await Promise.all([store.members(set), store.addMember(set, browser, lifetime)]);
      const others = all.filter((other) => other !== browser);
      const tooMany = others.slice(0, Math.max(0, others.length + 1 - most));
      await Promise.all(tooMany.map((oldest) => store.removeMember(set, oldest)));
    },
  };
}

export type KnownBrowsers = ReturnType<typeof createKnownBrowsers>;

/** Half of the hash: what is random cannot be found from it either. */
function nameOf(value: string): string {
  return createHash('sha256').update(value).digest().toString('base64url', 0, 16);
}

/**
 * The set of a login's browsers in the store, under half of the login's hash: every consumer has one, for half a year.
 * @param login as loginEntry names it
 */
export function knownBrowsersOf(login: string): string {
  return `known-browsers:${login.slice(0, 22)}`;
}
