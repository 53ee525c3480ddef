import { readFile } from 'node:fs/promises';
import { browserFolder, measure, sizeLimit } from './browser-package.ts';

/** Prints what the published script weighs; ends with 1 when it weighs more than a page should carry. */
const text = await readFile(new URL('parley.js', browserFolder), 'utf8');
const { bytes, gzip, brotli } = measure(text);
process.stdout.write(`parley.js: ${bytes} bytes, ${gzip} gzip (limit ${sizeLimit}), ${brotli} brotli\n`);
if (gzip > sizeLimit) process.exitCode = 1;
