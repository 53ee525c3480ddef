import { LivePersonRefusal } from './refusal.ts';
import { type Sde, sdeSchema } from './sde.ts';

/** Checks the `lp_sdes` claim: absent, or an array of ctmrinfo and personal; nothing else is authenticated data. */
export function checkSdes(claim: unknown): Sde[] {
  if (claim === undefined) return [];
  if (!Array.isArray(claim)) {
    throw new LivePersonRefusal('sdes', 'The claim lp_sdes is not an array of objects.');
  }
  return claim.map(checkSde);
}

function checkSde(entry: unknown, index: number): Sde {
  const at = `lp_sdes[${index}]`;
  const type =
    typeof entry === 'object' && entry !== null && 'type' in entry ? String(entry.type) : undefined;
  if (type !== 'ctmrinfo' && type !== 'personal') {
    const sentence = `${at} is of type ${type ?? '(none)'}: an ID token may carry ctmrinfo and personal only.`;
    throw new LivePersonRefusal('sdes', sentence);
  }
  const result = sdeSchema.safeParse(entry);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new LivePersonRefusal(
    'sdes',
    `${[at, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not valid'}.`,
  );
}
