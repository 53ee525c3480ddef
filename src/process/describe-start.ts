import type { Config } from '../config/contract.ts';
import { formatProblem } from '../config/config-error.ts';
import type { Server } from './server.ts';

/** What an operator wants to read right after the start: where to look, and what was left out. */
export function describeStart(config: Config, server: Pick<Server, 'sites' | 'withheld'>): string[] {
  const demo = config.brands.find(
    (brand) => brand.demo && server.sites.some((site) => site.brand === brand.brand),
  );
  return [
    ...config.warnings.map((problem) => formatProblem(problem)),
    ...config.skipped.map((brand) => `The demo brand "${brand}" is not served with NODE_ENV=production.`),
    ...server.withheld.map(
      (issuer) =>
        `The demo at ${issuer} is not served: HOST=${config.server.host} can be reached from outside. Set PARLEY_DEMO=1 to serve it all the same.`,
    ),
    ...server.sites.map((site) => `${site.brand}: ${site.issuer}/.well-known/openid-configuration`),
    ...(demo ? [`Demo: open ${demo.issuer}/demo and sign in as dana with the password demo.`] : []),
    ...(server.sites.length === 0 ? ['No brand is served; only /healthz and /readyz answer.'] : []),
  ];
}
