import type { Connection } from './connection.ts';
import { keysOf, type Layout, layouts } from './keys.ts';

/** Looked at of each server: enough where an older release served until a moment ago, and no burden anywhere else. */
const sample = 1000;

/**
 * A sentence for each older layout of which there is something under this prefix. What is written in it is not read, and
 * of some of that, the links, nobody would notice before consumers have become strangers to their platforms.
 */
export async function findOlderLayouts(
  { masters }: Pick<Connection, 'masters'>,
  prefix: string,
  { version }: Layout,
): Promise<string[]> {
  const nodes = await masters();
  const older = Object.values(layouts).filter((layout) => layout.version < version);
  const found = await Promise.all(
    older.map(async (layout) => {
      const looks = nodes.map((redis) =>
        redis.scan('0', 'MATCH', keysOf(prefix, layout), 'COUNT', sample).catch(() => ['0', []] as const),
      );
      const isThere = (await Promise.all(looks)).some(([, keys]) => keys.length > 0);
      return isThere ? [sentenceOf(layout)] : [];
    }),
  );
  return found.flat();
}

function sentenceOf({ version }: Layout): string {
  return `Redis holds what an older release wrote in layout ${version}, links to platforms among it, and this release does not read it: set store_layout ${version}, or carry it over with \`parley store export\` and \`import\` and delete it`;
}
