import type { Context, Middleware, Next } from 'koa';
import type { Interaction } from 'oidc-provider';
import type { AccountDirectory } from '../directory/contract.ts';
import type { FindResumed } from './resumed-interaction.ts';

export interface DirectoryBeforeResumeOptions {
  findResumed: FindResumed;
  directory: Pick<AccountDirectory, 'findAccount'>;
}

/**
 * Asks for the account before a request goes on. The library forgets the pending request first and asks then: a
 * directory that is away at that moment would take a finished sign-in or a consent with it. Here the request waits, and
 * the page's "Try again" finds it.
 */
export function askDirectoryBeforeResume({
  findResumed,
  directory,
}: DirectoryBeforeResumeOptions): Middleware {
  return async (ctx: Context, next: Next) => {
    const interaction = await findResumed(ctx);
    const accountId = interaction && findResumedAccount(interaction);
    if (accountId !== undefined) await directory.findAccount(accountId);
    await next();
  };
}

/** Undefined: nothing was finished, or the consumer did not go on, which needs no account. */
function findResumedAccount({ result, session }: Interaction): string | undefined {
  if (!result || result['error'] !== undefined) return undefined;
  return result.login?.accountId ?? session?.accountId;
}
