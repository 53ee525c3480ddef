/** Why a consumer is asked how to go on. An address carries the name; the words stand here alone. */
const notices = {
  cancelled: 'You have not signed in.',
  failed: 'That did not work. Your account has not changed.',
  unavailable: 'That sign-in cannot be reached at the moment. Please try again shortly.',
} as const;

export type NoticeName = keyof typeof notices;

/** @param base the interaction's address */
export function addressOfNotice(base: string, name: NoticeName): string {
  return `${base}/ways?notice=${name}`;
}

export function findNotice(name: unknown): { name: NoticeName; sentence: string } | undefined {
  if (typeof name !== 'string' || !Object.hasOwn(notices, name)) return undefined;
  return { name: name as NoticeName, sentence: notices[name as NoticeName] };
}
