import { createEmbeddedStore } from '../../src/store/embedded-store.ts';

/** A process that saves records until it is killed and tells the number of each one that was acknowledged. */
const [folder = ''] = process.argv.slice(2);
const brand = createEmbeddedStore({ folder }).forBrand('acme');

for (let n = 0; n < 1_000_000; n += 1) {
  await brand.upsert('AuthorizationCode', `code-${n}`, { n }, 600);
  await new Promise((resolve) => process.send?.(n, resolve));
}
