import { parseArgs } from 'node:util';
import { createSigningKeys } from '../src/keys/create-signing-keys.ts';
import { allCases, findCase } from './cases/all-cases.ts';
import { describeMachine } from './report.ts';
import { comparison } from './sections/comparison.ts';
import { brands } from './sections/brands.ts';
import { documents } from './sections/documents.ts';
import { hashes } from './sections/hashes.ts';
import { library } from './sections/library.ts';
import type { Section } from './sections/section.ts';
import { sessions } from './sections/sessions.ts';
import { signatures } from './sections/signatures.ts';
import { stores } from './sections/stores.ts';
import { workers } from './sections/workers.ts';

/**
 * `npm run bench`: bare oidc-provider and Parley on the same machine in the same run, one after the other in each
 * round, printed as the Markdown of docs/performance.md. Options: `--sections comparison,library`,
 * `--cases "code + token,jwks"`, `--rounds 5`, `--seconds 1.2`, `--warm 6`, `--parallel 8`, `--consumers 100000`,
 * `--sessions 1000,100000,1000000`, `--brands 1,100,1000`.
 */
const { values } = parseArgs({
  options: {
    sections: { type: 'string' },
    cases: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1.2' },
    parallel: { type: 'string', default: '8' },
    consumers: { type: 'string', default: '100000' },
    warm: { type: 'string', default: '6' },
    sessions: { type: 'string', default: '1000,100000,1000000' },
    brands: { type: 'string', default: '1,100,1000' },
  },
});

const sections: Record<string, { title: string; run: Section }> = {
  comparison: { title: 'Bare and Parley', run: comparison },
  documents: { title: 'Documents', run: documents },
  library: { title: 'The library alone', run: library },
  sessions: { title: 'More sessions', run: sessions },
  brands: { title: 'More brands', run: brands },
  workers: { title: 'Two workers', run: workers },
  stores: { title: 'The two stores', run: stores },
  signatures: { title: 'Signatures', run: signatures },
  hashes: { title: 'Password hashes', run: hashes },
};

const listed = (text: string | undefined) => text?.split(/,(?! (?:again|kept))/).map((name) => name.trim());
const numbers = (text: string) => text.split(',').map(Number);
const options = {
  keys: await createSigningKeys(),
  cases: listed(values.cases)?.map(findCase) ?? allCases,
  rounds: Number(values.rounds),
  milliseconds: Number(values.seconds) * 1000,
  parallel: Number(values.parallel),
  consumers: Number(values.consumers),
  warm: Number(values.warm) * 1000,
  sizes: { sessions: numbers(values.sessions), brands: numbers(values.brands) },
};
const print = (text: string) => void process.stdout.write(`${text}\n\n`);

print(
  `${describeMachine()}. ${values.rounds} rounds of ${values.seconds} s, ${values.parallel} at a time; keys RS256-2048 and ES256.`,
);
for (const name of listed(values.sections) ?? Object.keys(sections)) {
  const section = sections[name];
  if (!section) throw new Error(`no section "${name}": ${Object.keys(sections).join(', ')}`);
  const began = performance.now();
  const text = await section.run(options);
  print(`### ${section.title}\n\n${text}`);
  process.stderr.write(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
}
