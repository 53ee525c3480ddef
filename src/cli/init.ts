import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { brandSchema } from '../config/brand-schema.ts';
import { checkIssuer } from '../config/checks/check-issuer.ts';
import { findPageFault } from '../config/checks/check-pages.ts';
import { ConfigError } from '../config/config-error.ts';
import { configFolder } from '../config/config-folder.ts';
import { loadServer } from '../config/load-server.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import { accountsFile, brandFile, type BrandDraft, type InitPlatform } from './init-files.ts';
import { initReport } from './init-report.ts';
import type { CliIo } from './io.ts';

interface InitOptions extends JsonChoice {
  issuer: string;
  platform: InitPlatform;
  pages: string[];
}

interface NewFile {
  path: string;
  text: string;
  /** For this process's account only. */
  secret?: true;
}

/** `parley init <brand>`: a brand file, an accounts file and a client secret, and what to do with them. */
export function registerInit(program: Command, io: CliIo): void {
  program
    .command('init')
    .description('make a brand: its file, an example account and a client secret')
    .argument('<brand>', "the brand's name: lower-case letters, digits and dashes")
    .requiredOption('--issuer <url>', "the brand's issuer, e.g. https://id.acme.example")
    .addOption(
      new Option('--platform <platform>', 'the chat platform')
        .choices(['liveperson', 'livechat', 'none'])
        .makeOptionMandatory(),
    )
    .option('--pages <origin...>', "origins of the brand's pages, e.g. https://www.acme.example", [])
    .option(...jsonOption)
    .addHelpText(
      'after',
      exampleOf(
        'init globex --issuer https://id.globex.example --platform liveperson --pages https://www.globex.example',
      ),
    )
    .action((brand: string, options: InitOptions) => init(brand, options, io));
}

async function init(brand: string, options: InitOptions, io: CliIo): Promise<void> {
  checkArguments(brand, options);
  const draft = createDraft(brand, options, io);
  const files = filesOf(draft, io);
  const standing = files.filter(({ path }) => existsSync(resolve(io.cwd, path)));
  if (standing.length > 0) {
    throw new CliError(
      `not overwritten: ${standing.map(({ path }) => path).join(', ')}; remove it or choose another name`,
    );
  }
  for (const file of files) await writeNew(file, io.cwd);
  const paths = files.map(({ path }) => path);
  answer(io, options, {
    value: { brand, issuer: options.issuer, client: draft.clientId, files: paths },
    lines: initReport(draft, paths),
  });
}

function checkArguments(brand: string, { issuer, pages }: InitOptions): void {
  if (!brandSchema.shape.brand.safeParse(brand).success) {
    throw new CliError('the brand name: use lower-case letters, digits and dashes, a letter first', 2);
  }
  const [fault] = checkIssuer({ issuer });
  if (fault) throw new CliError(`--issuer ${fault.message}: ${fault.fix}`, 2);
  for (const page of pages) {
    const pageFault = findPageFault(page);
    if (pageFault) throw new CliError(`--pages ${pageFault.message}: ${pageFault.fix}`, 2);
  }
}

function createDraft(brand: string, { issuer, platform, pages }: InitOptions, io: CliIo): BrandDraft {
  const clientId = platform === 'none' ? 'web' : platform;
  const folder = join(keysFolder(io), brand, 'secrets');
  return {
    brand,
    issuer,
    platform,
    pages,
    clientId,
    accountsPath: shown(join(configFolder(io), 'accounts', `${brand}.yaml`), io),
    exampleAccountId: io.randomBytes(16).toString('hex'),
    // LiveChat issues its own tokens and never presents a secret to this server.
    ...(platform !== 'livechat' && {
      secret: {
        // 256 bits in the alphabet that survives the form-decoding of HTTP Basic.
        value: io.randomBytes(32).toString('base64url'),
        path: shown(join(folder, `${clientId}-client-secret`), io),
      },
    }),
  };
}

function filesOf(draft: BrandDraft, io: CliIo): NewFile[] {
  const files: NewFile[] = [
    { path: shown(join(configFolder(io), 'brands', `${draft.brand}.yaml`), io), text: brandFile(draft) },
    { path: draft.accountsPath, text: accountsFile(draft) },
  ];
  if (draft.secret) files.push({ path: draft.secret.path, text: `${draft.secret.value}\n`, secret: true });
  return files;
}

function keysFolder({ env, cwd }: CliIo): string {
  const { server, problems } = loadServer({ env: { ...env, NODE_ENV: undefined }, cwd });
  if (!server) throw new ConfigError(problems);
  return server.keys;
}

/** Short where it lies below the working directory, from which the server resolves it again. */
function shown(path: string, { cwd }: CliIo): string {
  const short = relative(cwd, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

async function writeNew({ path, text, secret }: NewFile, cwd: string): Promise<void> {
  const target = resolve(cwd, path);
  await mkdir(dirname(target), { recursive: true, ...(secret && { mode: 0o700 }) });
  await writeFile(target, text, { flag: 'wx', mode: secret ? 0o600 : 0o644 });
}
