import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Log } from '../log.ts';

/** Bytes. In a popup the ID token travels in an address, beside LivePerson's state of about 2 kB. */
const largest = 4096;

/** A line for each ID token that may be too long for the address or the platform that has to carry it. */
export function warnOfLargeIdTokens(provider: Provider, log: Pick<Log, 'warn'>): void {
  function check(ctx: KoaContextWithOIDC, answer: unknown): void {
    const idToken = (answer as { id_token?: unknown } | undefined)?.id_token;
    if (typeof idToken !== 'string' || idToken.length <= largest) return;
    log.warn(
      {
        supportId: ctx.state?.['requestId'],
        clientId: ctx.oidc.client?.clientId,
        bytes: idToken.length,
      },
      `the ID token is larger than ${largest} bytes: map fewer claims for this client`,
    );
  }
  provider.on('authorization.success', (ctx: KoaContextWithOIDC, answer: unknown) => check(ctx, answer));
  provider.on('grant.success', (ctx) => check(ctx, ctx.body));
}
