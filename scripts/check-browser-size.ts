import { readFile } from 'node:fs/promises';
import { browserFolder, measure, sizeLimits } from './browser-package.ts';

/** Prints what the published scripts weigh; ends with 1 when one weighs more than a page should carry. */
for (const [name, limit] of Object.entries(sizeLimits)) {
  const { bytes, gzip, brotli } = measure(await readFile(new URL(name, browserFolder), 'utf8'));
  process.stdout.write(`${name}: ${bytes} bytes, ${gzip} gzip (limit ${limit}), ${brotli} brotli\n`);
  if (gzip > limit) process.exitCode = 1;
}
