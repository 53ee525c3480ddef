import type { KeyReport } from '../operations/report-keys.ts';

/** A brand's signing keys as `parley keys` prints them without `--json`. */
export function describeReport({ brand, place, keys, plan }: KeyReport): string[] {
  return [
    `${brand}  ${place}`,
    ...keys.map(
      ({ alg, state, kid, created_at: made, signs_from: from }) =>
        `  ${alg}  ${state.padEnd(8)}  ${kid}  ${from === undefined || state === 'next' ? `published ${shorten(made)}` : `signs since ${shorten(from)}`}`,
    ),
    ...(plan.length === 0 ? [] : ['  What comes:']),
    ...plan.map(
      ({ at, alg, kid, step, why }) =>
        `    ${at === undefined ? 'open             ' : shorten(at)}  ${alg} ${kid === undefined ? step : `${kid.slice(0, 8)} ${step}`}: ${why}`,
    ),
  ];
}

/** `2026-11-26 02:15Z` */
function shorten(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')}Z`;
}
