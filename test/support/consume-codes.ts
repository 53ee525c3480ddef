import { createEmbeddedStore } from '../../src/store/embedded-store.ts';

/**
 * A process of its own that consumes codes of a shared embedded store as fast as it can.
 * Arguments: folder, number of codes. Says `ready`, waits for a message, then answers how many it won.
 */
const [folder = '', count = '0'] = process.argv.slice(2);
const store = createEmbeddedStore({ folder, busyTimeout: 10_000 });
const brand = store.forBrand('acme');

process.once('message', () => {
  void race();
});
process.send?.('ready');

async function race(): Promise<void> {
  let wins = 0;
  for (let n = 0; n < Number(count); n += 1) {
    if ((await brand.consume('AuthorizationCode', `code-${n}`)) === 'consumed') wins += 1;
    await brand.increment('raced', 600);
  }
  await store.close();
  process.send?.(wins, () => process.disconnect());
}
