/**
 * At most one ping at a time and one in a while: `/readyz` may be asked by anybody and as often as they like, the
 * brand's directory may not.
 *
 * @param pause milliseconds for which an answer counts
 */
export function pingOccasionally(
  ping: () => Promise<void>,
  { pause, now }: { pause: number; now: () => number },
): () => Promise<void> {
  let last: Promise<void> | undefined;
  let endedAt: number | undefined;
  return () => {
    const isOld = endedAt !== undefined && Math.abs(now() - endedAt) >= pause;
    if (!last || isOld) {
      endedAt = undefined;
      last = ping().finally(() => {
        endedAt = now();
      });
    }
    return last;
  };
}
