import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parser } from 'keep-a-changelog';

/**
 * `npm run release`: everything that must hold before a version is a release, then its tag; `--dry-run` sets none,
 * `--skip-tests` is for a commit whose checks and tests ran elsewhere. Nothing leaves this machine: pushing the tag, the image and
 * the package is for whoever may. docs/operations.md, "Releases and upgrades".
 */
const { values: options } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    'skip-tests': { type: 'boolean', default: false },
  },
});
const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const { version }: { version: string } = JSON.parse(read('package.json'));
const tag = `v${version}`;
const print = (text: string) => void process.stdout.write(`${text}\n`);

const checks: [title: string, check: () => void][] = [
  [
    'the work tree is clean',
    () => expect(git('status', '--porcelain') === '', 'commit or remove what is there'),
  ],
  ['the tag is new', () => expect(git('tag', '--list', tag) === '', `${tag} is there: raise the version`)],
  ['the version is the same in package.json and its lock', checkLock],
  ['CHANGELOG.md has the version, with its date and its changes', checkChangelog],
  ['every dependency is pinned', checkPins],
  ['the bill of materials can be made', checkBillOfMaterials],
  ...(options['skip-tests']
    ? []
    : ([
        ['types, lint, format, dead code', () => run('npm', 'run', 'check')],
        ['the tests', () => run('npm', 'test')],
      ] as [string, () => void][])),
];

let faults = 0;
for (const [title, check] of checks) {
  try {
    check();
    print(`  ok      ${title}`);
  } catch (error) {
    faults += 1;
    print(`  failed  ${title}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
}
if (faults > 0) {
  print(`\n${version} is no release: ${faults} of ${checks.length} checks failed.`);
  process.exitCode = 1;
} else if (options['dry-run']) {
  print(`\n${version} could be released; this was a dry run, and no tag was set.`);
} else {
  git('tag', '--annotate', tag, '--message', `Parley ${version}`);
  print(`\n${tag} is set. Push it, and build the image from it.`);
}

function checkLock(): void {
  const lock = JSON.parse(read('package-lock.json'));
  const isSame = lock.version === version && lock.packages[''].version === version;
  expect(isSame, 'run npm install');
}

function checkChangelog(): void {
  const release = parser(read('CHANGELOG.md')).releases.find((one) => one.version === version);
  expect(release !== undefined, `add ## [${version}]`);
  expect(
    release?.date !== undefined,
    `write its date: ## [${version}] - ${new Date().toISOString().slice(0, 10)}`,
  );
  expect([...(release?.changes.values() ?? [])].flat().length > 0, 'say what changed');
}

function checkPins(): void {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const all: Record<string, string> = { ...dependencies, ...devDependencies, ...optionalDependencies };
  const loose = Object.entries(all).flatMap(([name, range]) => (/^\d/.test(range) ? [] : [name]));
  expect(loose.length === 0, `pin ${loose.join(', ')}`);
}

function checkBillOfMaterials(): void {
  const answer = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  expect(JSON.parse(answer).components.length > 20, 'npm sbom lists nothing');
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: root, stdio: 'inherit' });
}

function expect(condition: boolean, fix: string): void {
  if (!condition) throw new Error(fix);
}
