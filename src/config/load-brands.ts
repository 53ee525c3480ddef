import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkAccountFiles, resolveAccountFiles } from './account-files.ts';
import { type BrandConfig, brandSchema } from './brand-schema.ts';
import { checkBrand } from './check-brand.ts';
import { checkBrandsTogether } from './checks/check-brands-together.ts';
import { checkSharedCookies } from './checks/check-shared-cookies.ts';
import { checkShape, type Shape } from './check-shape.ts';
import {
  type ConfigFile,
  configFolder,
  findConfigFile,
  placeless,
  type Surroundings,
} from './config-folder.ts';
import type { BrandCheck, LocatedProblem, Problem } from './contract.ts';
import { inTurn } from './in-turn.ts';
import { isMapping } from './is-mapping.ts';
import { error, warning } from './problem.ts';
import { brandStandIn } from './stand-in.ts';

export interface BrandOptions extends Surroundings {
  production: boolean;
  checks: readonly BrandCheck[];
}

export interface LoadedBrands {
  brands: BrandConfig[];
  problems: LocatedProblem[];
  /** Demo brands that production leaves out, by name. */
  skipped: string[];
}

interface Candidate {
  file: ConfigFile;
  shape: Shape<BrandConfig>;
}

/** Every file in `brands/`, with every mistake in each and between them. */
export async function loadBrands(options: BrandOptions): Promise<LoadedBrands> {
  const { names, problems: folderProblems } = listBrandFiles(options);
  const found = await inTurn(names, (name) => findConfigFile(`brands/${name}`, options));
  const files = found.flatMap((file) => file ?? []);
  const isSkipped = (file: ConfigFile): boolean => options.production && isDemo(file.value);
  const candidates = await inTurn(
    files.filter((file) => !isSkipped(file)),
    (file) => ({ file, shape: shapeOf(file) }),
  );
  const brandProblems = await inTurn(candidates, (candidate) => problemsOf(candidate, options));
  const skipped = files
    .filter(isSkipped)
    .map(({ file, value }) =>
      isMapping(value) && typeof value['brand'] === 'string' ? value['brand'] : file,
    );
  const problems = [
    ...folderProblems,
    ...brandProblems.flat(),
    ...problemsBetween(candidates),
    ...(candidates.length === 0 && folderProblems.length === 0 ? [noBrandLeft(skipped)] : []),
  ];
  const brands = candidates.flatMap(({ shape }) =>
    shape.value ? [resolvePaths(shape.value, options.cwd)] : [],
  );
  return { brands, problems, skipped };
}

function resolvePaths(brand: BrandConfig, cwd: string): BrandConfig {
  const certificates = brand.keys.certificates.map((file) => resolve(cwd, file));
  return {
    ...brand,
    accounts: resolveAccountFiles(brand.accounts, cwd),
    keys: { ...brand.keys, certificates },
  };
}

/** The names in the brand files, whatever else is wrong in them. */
export function listBrandNames(surroundings: Surroundings): string[] {
  return listBrandFiles(surroundings).names.flatMap((name) => {
    const value = findConfigFile(`brands/${name}`, surroundings)?.value;
    return isMapping(value) && typeof value['brand'] === 'string' ? [value['brand']] : [];
  });
}

function listBrandFiles(surroundings: Surroundings): { names: string[]; problems: LocatedProblem[] } {
  const folder = join(configFolder(surroundings), 'brands');
  let names: string[];
  try {
    names = readdirSync(folder).toSorted();
  } catch {
    const fix =
      'set PARLEY_CONFIG to the configuration folder, or make a brand: npx parley init <brand> --issuer https://… --platform …';
    return { names: [], problems: [placeless(folder, error([], 'this folder cannot be read', fix))] };
  }
  const problems = names
    .filter((name) => name.endsWith('.yml'))
    .map((name) =>
      placeless(`brands/${name}`, warning([], 'is not read', `name it ${name.replace(/yml$/, 'yaml')}`)),
    );
  return { names: names.filter((name) => name.endsWith('.yaml')), problems };
}

/** Also with mistakes elsewhere in the file: nobody repairs a demo to start a production server. */
function isDemo(value: unknown): boolean {
  const demo = isMapping(value) ? value['demo'] : undefined;
  return demo === true || demo === 'true';
}

function shapeOf({ value, fromOutside, broken, problems }: ConfigFile): Shape<BrandConfig> {
  if (value === undefined && problems.length > 0) {
    return { value: undefined, problems: [], originalPath: (path) => path, isDoubtful: () => true };
  }
  return checkShape(value ?? {}, { schema: brandSchema, fromOutside, broken, standIn: brandStandIn });
}

function problemsOf({ file, shape }: Candidate, options: BrandOptions): LocatedProblem[] {
  const { value: brand } = shape;
  const semantic = brand
    ? [
        ...checkBrand(brand, {
          production: options.production,
          now: Date.now(),
          isDoubtful: shape.isDoubtful,
        }),
        ...checkAccountFiles(brand.accounts, options.cwd),
        ...options.checks.flatMap((check) => check(resolvePaths(brand, options.cwd))),
      ]
    : [];
  const placed = [...shape.problems, ...confident(semantic, shape)].map(file.place);
  return [...file.problems, ...placed];
}

/** Back to the paths of the file, without what is said about our own repairs. */
function confident(
  problems: readonly Problem[],
  { originalPath, isDoubtful }: Shape<BrandConfig>,
): Problem[] {
  return problems
    .map((problem) => ({ ...problem, path: originalPath(problem.path) }))
    .filter(({ path }) => !isDoubtful(path));
}

function problemsBetween(candidates: readonly Candidate[]): LocatedProblem[] {
  const named = candidates.flatMap(({ file, shape }) =>
    shape.value ? [{ ...shape.value, file: file.file }] : [],
  );
  return [...checkBrandsTogether(named), ...checkSharedCookies(named)].flatMap(({ file: name, problem }) => {
    const candidate = candidates.find(({ file }) => file.file === name);
    if (!candidate) return [];
    return confident([problem], candidate.shape).map(candidate.file.place);
  });
}

function noBrandLeft(skipped: readonly string[]): LocatedProblem {
  const message =
    skipped.length > 0
      ? `no brand is left: production skips demo brands (${skipped.join(', ')})`
      : 'there is no brand';
  const fix =
    'make one: npx parley init <brand> --issuer https://id.your-brand.example --platform liveperson';
  return placeless('brands', error([], message, fix));
}
