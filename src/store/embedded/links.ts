import { isDeepStrictEqual } from 'node:util';
import { fromLinkMember, readPayload, toLinkMember } from '../record-rules.ts';
import { answer } from './answer.ts';
import type { EmbeddedPart } from './part.ts';
import { transaction } from './transaction.ts';

/** Permanent links between a consumer and a platform's own customer id. */
export const links: EmbeddedPart<'putLink' | 'findLink' | 'replaceLink' | 'removeLink' | 'listLinks'> = ({
  database,
  group,
}) => {
  const where = 'WHERE brand = ? AND platform = ? AND account_id = ?';
  // The update that changes nothing makes RETURNING answer the link that stood before.
  const put = database.prepare(`
    INSERT INTO links (brand, platform, account_id, link) VALUES (?, ?, ?, ?)
    ON CONFLICT (brand, platform, account_id) DO UPDATE SET link = link
    RETURNING link`);
  const find = database.prepare(`SELECT link FROM links ${where}`);
  const replace = database.prepare(`UPDATE links SET link = ? ${where}`);
  const list = database.prepare(`
    SELECT platform, account_id, link FROM links WHERE brand = ? AND (platform, account_id) > (?, ?)
    ORDER BY platform, account_id LIMIT ?`);
  const remove = database.prepare(`DELETE FROM links ${where}`);

  const read = (row: ReturnType<typeof find.get>) => (row ? readPayload(String(row['link'])) : undefined);

  return (brand) => ({
    putLink: (platform, accountId, link) =>
      group.write(() => read(put.get(brand, platform, accountId, JSON.stringify(link))) ?? link),
    findLink: (platform, accountId) => answer(() => read(find.get(brand, platform, accountId))),
    replaceLink: (platform, accountId, expected, link) =>
      group.write(() =>
        transaction(database, () => {
          const stored = read(find.get(brand, platform, accountId));
          if (!isDeepStrictEqual(stored, JSON.parse(JSON.stringify(expected)))) return false;
          replace.run(JSON.stringify(link), brand, platform, accountId);
          return true;
        }),
      ),
    removeLink: (platform, accountId) => group.write(() => void remove.run(brand, platform, accountId)),
    listLinks: ({ after, limit }) =>
      answer(() => {
        const from = after === undefined ? { platform: '', accountId: '' } : fromLinkMember(after);
        const found = list.all(brand, from.platform, from.accountId, limit).map((row) => ({
          platform: String(row['platform']),
          accountId: String(row['account_id']),
          link: readPayload(String(row['link'])),
        }));
        const last = found.length === limit ? found.at(-1) : undefined;
        return { links: found, ...(last && { next: toLinkMember(last.platform, last.accountId) }) };
      }),
  });
};
