import { ParleyError } from '../../errors.ts';
import type { Step } from '../dispatch.ts';
import { addressOfNotice } from '../notices.ts';

/** Sends the browser to a login elsewhere; nothing of ours is shown in between. */
export async function goAway(step: Step): Promise<string | undefined> {
  const { ctx, way, interaction, gateway, base, log } = step;
  if (way?.kind !== 'away') throw new TypeError('only a login elsewhere is gone to');
  try {
    const { url, memory } = await way.login.begin(interaction);
    await gateway.remember(ctx, 'away', { way: way.id, memory });
    return url;
  } catch (error) {
    if (!(error instanceof ParleyError && error.code === 'login_unavailable')) throw error;
    const details = { supportId: ctx.state['requestId'], way: way.id, detail: error.message };
    log.warn(details, 'a login elsewhere cannot be reached');
    return addressOfNotice(base, 'unavailable');
  }
}
