import type { ModelName, Payload } from './contract.ts';

/** What every store does alike with a record: which kinds are special, what is indexed, how long it lives. */

export const tombstoneSeconds = 600;

/**
 * A request that was in flight while its session or grant was destroyed still holds a copy and saves it
 * again; the tombstone is what keeps a sign-out final.
 */
export function leavesTombstone(model: ModelName): boolean {
  return model === 'Session' || model === 'Grant';
}

/**
 * The mark that a session has ended, by its uid. A session's id changes at each step of a sign-in while its uid stays,
 * so a save under a new id can outrun the tombstone of the old one; the mark it cannot.
 */
export function endMarkOf(
  model: ModelName,
  { uid }: RecordIndexes,
): { model: ModelName; id: string } | undefined {
  return model === 'Session' && uid !== undefined ? { model: endMark, id: uid } : undefined;
}

const endMark: ModelName = 'EndedSession';

export function isEndMark(model: ModelName): boolean {
  return model === endMark;
}

/** A replay record proves first use; a second write must be told that it came second. */
export function isWrittenOnce(model: ModelName): boolean {
  return model === 'ReplayDetection';
}

/** Sessions are saved again and again; nearly everything else is written once, under an id that is new. */
export function isMostlyNew(model: ModelName): boolean {
  return model !== 'Session';
}

/**
 * What revoking a grant leaves in place: the consumer stays signed in and may still answer a prompt; a code lives for a
 * minute, and whoever redeems it asks for its Grant first, so that listing it would cost more than it saves.
 */
function outlivesGrant(model: ModelName): boolean {
  return model === 'Session' || model === 'Interaction' || model === 'AuthorizationCode';
}

/** Nobody but oidc-provider's token check looks for a record by its uid, and only for a session. */
function isFoundByUid(model: ModelName): boolean {
  return model === 'Session';
}

/** Losing one of these at a failover costs a new sign-in or a new question, and nobody was promised more. */
const mayBeLost: ReadonlySet<ModelName> = new Set([
  'Interaction',
  'PushedAuthorizationRequest',
  'AuthorizationCode',
  'AccessToken',
  'ClientCredentials',
  'Grant',
]);

/**
 * Whether a write must survive the node that takes it, where there are replicas. Everything does whose loss would
 * be wrong and not merely unkind; unknown kinds are taken for such. What has ended must stay ended, whatever kind it is.
 */
export function outlivesItsNode(model: ModelName, write: 'save' | 'end'): boolean {
  return write === 'end' ? model !== 'Interaction' : !mayBeLost.has(model);
}

export interface RecordIndexes {
  uid?: string;
  userCode?: string;
  grantId?: string;
}

export function indexesOf(model: ModelName, payload: Payload): RecordIndexes {
  const { uid, userCode, grantId } = payload;
  return {
    ...(typeof uid === 'string' && isFoundByUid(model) && { uid }),
    ...(typeof userCode === 'string' && { userCode }),
    ...(typeof grantId === 'string' && !outlivesGrant(model) && { grantId }),
  };
}

export function readPayload(text: string): Payload {
  const payload: Payload = JSON.parse(text);
  return payload;
}

/**
 * At least one millisecond: a lifetime that has just run out is an expired record, not an eternal one.
 * @param expiresIn seconds
 */
export function toMilliseconds(expiresIn: number): number {
  if (!Number.isFinite(expiresIn)) throw new TypeError('a lifetime must be a finite number of seconds');
  return Math.max(1, Math.ceil(expiresIn * 1000));
}

/** Brand names stand in front of every key, so none may contain what separates keys. */
export function checkBrandName(brand: string): void {
  if (!/^[a-z0-9-]+$/.test(brand)) throw new TypeError('a brand name consists of a-z, 0-9 and -');
}

/** A link's place in the list of a brand's links; only its last part may contain a colon. */
export function toLinkMember(platform: string, accountId: string): string {
  return `${encodeURIComponent(platform)}:${accountId}`;
}

export function fromLinkMember(member: string): { platform: string; accountId: string } {
  const end = member.indexOf(':');
  return { platform: decodeURIComponent(member.slice(0, end)), accountId: member.slice(end + 1) };
}
