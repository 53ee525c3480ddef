import { writeFile } from 'node:fs/promises';
import { browserFolder, buildBrowser } from './browser-package.ts';

/** Writes the built files of the folder browser/, which is published and served. */
for (const [name, text] of Object.entries(await buildBrowser())) {
  await writeFile(new URL(name, browserFolder), text);
}
