import type { BrandConfig } from './brand-schema.ts';
import type { ServerConfig } from './server-schema.ts';

/** The frozen result of reading the configuration folder and the environment; nobody else reads either. */
export interface Config {
  readonly production: boolean;
  /** PARLEY_DEMO=1: serve demo brands and twins on any listener. */
  readonly demoAllowed: boolean;
  readonly server: ServerConfig;
  /** Never empty. Demo brands are left out in production. */
  readonly brands: readonly BrandConfig[];
  /** Things that work but deserve a line in the log. */
  readonly warnings: readonly LocatedProblem[];
  /** Demo brands left out, by name. */
  readonly skipped: readonly string[];
}

/** Where in a brand's file: `['clients', 0, 'redirect_uris', 1]`. */
export type ConfigPath = readonly (string | number)[];

/** What is wrong and what to write instead. */
export interface Problem {
  path: ConfigPath;
  message: string;
  fix: string;
  severity: 'error' | 'warning';
}

export interface LocatedProblem extends Problem {
  file: string;
  line: number;
  column: number;
}

/**
 * A semantic check that other folders contribute (claims expressions, platform presets, keys), on a
 * brand whose shape is already right, with absolute paths. It may read the files that the brand names and nothing else.
 */
export type BrandCheck = (brand: BrandConfig) => Problem[];
