import { brandChecks } from '../brand/brand-checks.ts';
import { findPreset } from '../platform/presets.ts';
import { resolveClient } from '../platform/resolve-client.ts';
import { registerAccountsHash } from './accounts-hash.ts';
import { registerAudit } from './audit.ts';
import { registerCheck } from './check.ts';
import { registerClaims } from './claims.ts';
import { registerClientShow } from './client-show.ts';
import { registerConfigCheck } from './config-check.ts';
import { registerCompletion } from './completion.ts';
import { registerInit } from './init.ts';
import type { CliIo } from './io.ts';
import { registerKeys } from './keys.ts';
import { registerLimits } from './limits.ts';
import { registerLinks } from './links.ts';
import { registerLiveChat } from './livechat.ts';
import { registerRequests } from './requests.ts';
import { registerSessions } from './sessions.ts';
import { registerStart } from './start.ts';
import { registerStore } from './store.ts';
import { registerSupport } from './support.ts';
import type { Register } from './run.ts';

/** Every command of the command line, in the order in which help lists them. */
export function createCommands(io: CliIo & { stdin: NodeJS.ReadStream }): Register[] {
  return [
    (program) => registerStart(program, io),
    (program) => registerInit(program, io),
    (program) => registerConfigCheck(program, { io, checks: brandChecks }),
    (program) => registerClientShow(program, { io, checks: brandChecks, resolveClient, findPreset }),
    (program) =>
      registerCheck(program, {
        io,
        checks: brandChecks,
        fetch: globalThis.fetch,
        now: Date.now,
      }),
    (program) => registerClaims(program, { io, checks: brandChecks }),
    (program) => registerRequests(program, { io, checks: brandChecks }),
    (program) => registerSupport(program, io),
    (program) => registerLiveChat(program, { io: io, checks: brandChecks }),
    (program) => registerSessions(program, { io, checks: brandChecks }),
    (program) => registerAudit(program, { io, checks: brandChecks }),
    (program) => registerLimits(program, { io, checks: brandChecks }),
    (program) => registerLinks(program, { io, checks: brandChecks }),
    (program) => registerKeys(program, { io, checks: brandChecks, now: Date.now }),
    (program) => registerStore(program, { io, checks: brandChecks }),
    (program) => registerAccountsHash(program, io),
    registerCompletion,
  ];
}
