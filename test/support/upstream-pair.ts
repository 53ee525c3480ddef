import { findFreePort } from './free-port.ts';
import { startParley } from './start-parley.ts';
import { testBrand } from './test-brand.ts';

/** A Parley whose upstream OpenID Provider is another Parley, over HTTP, with keys, pages and sessions of its own. */

export const upstreamSecret = 'upstream-secret-0123456789-abcdef';

/** Both on localhost: the browser's cookies are told apart by the brands' names. */
export async function startPair({ upstreamWay = {}, brand = {}, upstream = () => ({}) }: PairOptions = {}) {
  const [port, upstreamPort] = [await findFreePort(), await findFreePort()];
  const issuer = `http://localhost:${port}`;
  const way = {
    issuer: `http://localhost:${upstreamPort}`,
    client_id: 'parley',
    client_secret: upstreamSecret,
    scopes: ['openid', 'profile', 'customer'],
    ...upstreamWay,
  };
  const parley = await startParley({
    port,
    brands: [
      testBrand({
        login: [{ upstream: way }],
        accounts: { oidc: {} },
        claims: { given_name: 'given_name', customer: 'customer' },
        scopes: { account: ['customer'], billing: [] },
        ...brand,
      }),
    ],
  });
  const client = {
    id: 'parley',
    redirect_uris: [`${issuer}/login/upstream`],
    first_party: true,
    flows: ['code', 'pkce'],
    secret: upstreamSecret,
  };
  const overrides = upstream(client, await (await fetch(`${issuer}/jwks`)).json());
  const startUpstream = () =>
    startParley({
      port: upstreamPort,
      brands: [
        testBrand({
          brand: 'upstream',
          display_name: 'Upstream',
          claims: { given_name: 'first_name', email: 'email', customer: 'account.number' },
          scopes: { customer: ['customer'] },
          resources: {},
          clients: [client],
          ...overrides,
        }),
      ],
    });
  return { parley, provider: await startUpstream(), startUpstream };
}

export interface PairOptions {
  upstreamWay?: object;
  brand?: object;
  /** Keys of the upstream's brand file, from its client as it is and from Parley's public keys. */
  upstream?: (client: object, jwks: unknown) => object;
}
