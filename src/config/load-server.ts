import { resolve } from 'node:path';
import { checkAdmin } from './checks/check-admin.ts';
import { checkNodeEnv } from './checks/check-node-env.ts';
import { checkServer } from './checks/check-server.ts';
import { checkShape } from './check-shape.ts';
import { type ConfigFile, findConfigFile, isFile, placeless, type Surroundings } from './config-folder.ts';
import type { LocatedProblem, Problem } from './contract.ts';
import { isMapping } from './is-mapping.ts';
import { error } from './problem.ts';
import { type EnvironmentSettings, readEnvironment } from './read-environment.ts';
import { type ServerConfig, serverSchema } from './server-schema.ts';

export interface LoadedServer {
  /** undefined when too little of server.yaml is valid. */
  server: ServerConfig | undefined;
  problems: LocatedProblem[];
}

/** server.yaml with the environment laid over it. The file may be absent; the environment wins wherever both speak. */
export function loadServer(surroundings: Surroundings): LoadedServer {
  const environment = readEnvironment(surroundings);
  const file = findConfigFile('server.yaml', surroundings);
  const written = isMapping(file?.value) ? file.value : {};
  const shape = checkShape(
    { ...written, ...environment.settings },
    {
      schema: serverSchema,
      fromOutside: [...(file?.fromOutside ?? []), ...Object.keys(environment.settings).map((key) => [key])],
      broken: (file?.broken ?? []).filter((path) => !environment.variablePath(path)),
      standIn: ([key]) =>
        key === 'cookie_keys' ? ['stand-in-for-a-cookie-key-of-32-characters'] : undefined,
    },
  );
  const server = shape.value && resolvePaths(shape.value, surroundings.cwd);
  const semantic = server
    ? [...checkServer(server, environment), ...checkTlsFiles(server), ...checkAdmin(server)]
    : [];
  const problems = [
    ...checkRoot(file),
    ...shape.problems,
    ...semantic.filter(({ path }) => !shape.isDoubtful(path)),
  ].map((problem) => place(problem, file, environment));
  const surrounding = [
    ...checkNodeEnv(surroundings.env).map((problem) => placeless('environment', problem)),
    ...environment.problems,
  ];
  return { server, problems: [...surrounding, ...(file?.problems ?? []), ...problems] };
}

function checkRoot(file: ConfigFile | undefined): Problem[] {
  const value = file?.value ?? {};
  return isMapping(value)
    ? []
    : [error([], 'must be a mapping (key: value)', 'write keys such as port: 3000')];
}

function checkTlsFiles({ tls }: ServerConfig): Problem[] {
  return Object.entries(tls ?? {})
    .filter(([, path]) => !isFile(path))
    .map(([key]) =>
      error(['tls', key], 'names no file', 'write the path of a PEM file, from the working directory'),
    );
}

function place(
  problem: Problem,
  file: ConfigFile | undefined,
  environment: EnvironmentSettings,
): LocatedProblem {
  const variable = environment.variablePath(problem.path);
  if (variable) return placeless('environment', { ...problem, path: variable });
  return file ? file.place(problem) : placeless('server.yaml', problem);
}

function resolvePaths(server: ServerConfig, cwd: string): ServerConfig {
  const { tls, store, audit, admin } = server;
  return {
    ...server,
    audit: { ...audit, to: audit.to === 'stdout' ? audit.to : resolve(cwd, audit.to) },
    keys: resolve(cwd, server.keys),
    store: store.startsWith('embedded:')
      ? `embedded:${resolve(cwd, store.slice('embedded:'.length))}`
      : store,
    ...(tls && { tls: resolveTls(tls, cwd) }),
    ...(admin && {
      admin: {
        ...admin,
        ...(admin.tls && { tls: resolveTls(admin.tls, cwd) }),
        ...(admin.certificates && {
          certificates: { ...admin.certificates, ca: resolve(cwd, admin.certificates.ca) },
        }),
      },
    }),
  };
}

function resolveTls({ cert, key }: { cert: string; key: string }, cwd: string) {
  return { cert: resolve(cwd, cert), key: resolve(cwd, key) };
}
