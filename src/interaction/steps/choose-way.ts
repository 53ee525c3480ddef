import type { Step } from '../dispatch.ts';
import { findNotice } from '../notices.ts';
import { offerWays } from '../ways.ts';

/** All ways to sign in, after one of them did not lead to the end. */
export async function showWays({ ctx, interaction, pages, ways, base }: Step): Promise<undefined> {
  const notice = findNotice(ctx.query['notice']);
  if (notice?.name === 'unavailable') {
    ctx.status = 503;
    ctx.set('Retry-After', '5');
  }
  pages.ways(
    ctx,
    {
      clientName: interaction.clientName,
      csrf: interaction.csrf,
      ways: offerWays(ways, base),
      cancel: { action: `${base}/cancel` },
      ...(notice && { notice: notice.sentence }),
    },
    interaction.redirectUri,
  );
}
