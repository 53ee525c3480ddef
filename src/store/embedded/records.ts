import type { StatementSync } from 'node:sqlite';
import type { Payload } from '../contract.ts';
import {
  endMarkOf,
  indexesOf,
  isWrittenOnce,
  leavesTombstone,
  readPayload,
  toMilliseconds,
  tombstoneSeconds,
} from '../record-rules.ts';
import { answer } from './answer.ts';
import type { EmbeddedContext, EmbeddedPart } from './part.ts';
import { never } from './schema.ts';
import { transaction } from './transaction.ts';

/** Records of oidc-provider and our own kinds; every change of one record is a single statement, hence atomic. */
export const records: EmbeddedPart<
  'upsert' | 'find' | 'findByUid' | 'findByUserCode' | 'consume' | 'destroy' | 'revokeGrant'
> = (context) => {
  const { database, now, group } = context;
  const sql = prepareStatements(context);

  function destroyNow(brand: string, model: string, id: string): void {
    if (leavesTombstone(model)) sql.bury.run(brand, model, id, now() + tombstoneSeconds * 1000);
    else sql.remove.run(brand, model, id);
  }

  return (brand) => ({
    upsert: (model, id, payload, expiresIn) =>
      group.write(() => {
        const { uid = null, userCode = null, grantId = null } = indexesOf(model, payload);
        const once = isWrittenOnce(model);
        const { changes } = sql.upsert.run({
          brand,
          model,
          id,
          payload: JSON.stringify(payload),
          uid,
          userCode,
          grantId,
          now: now(),
          expiresAt: expiresIn === undefined ? never : now() + toMilliseconds(expiresIn),
          once: once ? 1 : 0,
        });
        const mark = endMarkOf(model, { ...(uid !== null && { uid }) });
        if (mark && sql.find.get(brand, mark.model, mark.id, now())) {
          destroyNow(brand, model, id);
          return 'dropped';
        }
        if (changes === 1) return 'saved';
        return once ? 'exists' : 'dropped';
      }),
    find: (model, id) => answer(() => readRecord(sql.find.get(brand, model, id, now()))),
    findByUid: (model, uid) => answer(() => readRecord(sql.findByUid.get(brand, model, uid, now()))),
    findByUserCode: (model, userCode) =>
      answer(() => readRecord(sql.findByUserCode.get(brand, model, userCode, now()))),
    consume: (model, id) =>
      group.write(() => {
        const { changes } = sql.consume.run(Math.floor(now() / 1000), brand, model, id, now());
        if (changes === 1) return 'consumed';
        return sql.find.get(brand, model, id, now()) ? 'lost' : 'unknown';
      }),
    destroy: (model, id) => group.write(() => destroyNow(brand, model, id)),
    revokeGrant: (grantId) =>
      group.write(() =>
        transaction(database, () => {
          destroyNow(brand, 'Grant', grantId);
          sql.removeGrantMembers.run(brand, grantId);
        }),
      ),
  });
};

function readRecord(row: ReturnType<StatementSync['get']>): Payload | undefined {
  if (!row) return undefined;
  const payload = readPayload(String(row['payload']));
  if (row['consumed_seconds'] !== null) payload['consumed'] = Number(row['consumed_seconds']);
  return payload;
}

function prepareStatements({ database }: EmbeddedContext) {
  const live = 'payload IS NOT NULL AND expires_at > ?';
  const select = 'SELECT payload, consumed_seconds FROM records WHERE brand = ? AND model = ?';
  const latest = 'ORDER BY expires_at DESC LIMIT 1';
  return {
    // A late save of a copy that was read before its code was consumed must not make the code fresh again.
    upsert: database.prepare(`
      INSERT INTO records (brand, model, id, payload, uid, user_code, grant_id, expires_at)
      VALUES (:brand, :model, :id, :payload, :uid, :userCode, :grantId, :expiresAt)
      ON CONFLICT (brand, model, id) DO UPDATE SET
        payload = excluded.payload, uid = excluded.uid, user_code = excluded.user_code,
        grant_id = excluded.grant_id, expires_at = excluded.expires_at,
        consumed_seconds = CASE WHEN records.expires_at > :now THEN records.consumed_seconds END
      WHERE records.expires_at <= :now OR (records.payload IS NOT NULL AND NOT :once)`),
    find: database.prepare(`${select} AND id = ? AND ${live}`),
    findByUid: database.prepare(`${select} AND uid = ? AND ${live} ${latest}`),
    findByUserCode: database.prepare(`${select} AND user_code = ? AND ${live} ${latest}`),
    consume: database.prepare(`
      UPDATE records SET consumed_seconds = ?
      WHERE brand = ? AND model = ? AND id = ? AND consumed_seconds IS NULL AND ${live}`),
    remove: database.prepare('DELETE FROM records WHERE brand = ? AND model = ? AND id = ?'),
    bury: database.prepare(`
      INSERT INTO records (brand, model, id, expires_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (brand, model, id) DO UPDATE SET
        payload = NULL, uid = NULL, user_code = NULL, grant_id = NULL, consumed_seconds = NULL,
        expires_at = excluded.expires_at`),
    removeGrantMembers: database.prepare('DELETE FROM records WHERE brand = ? AND grant_id = ?'),
  };
}
