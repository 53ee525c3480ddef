import * as fc from 'fast-check';
import { brandIssuer } from '../brand-signer.ts';
import { secrets } from '../test-brand.ts';
import { parameterNames, type Value, valueArbitrary } from './values.ts';

/** A request before what the server has given is put into it. */
export interface Draft {
  method: string;
  /** `:name` stands for `part`. */
  path: string;
  part: Value;
  /** Where the parameters are. */
  place: 'query' | 'form' | 'both' | 'json' | 'multipart' | 'bytes';
  parameters: [name: string, value: Value][];
  headers: Record<string, string>;
  /** Which of the browsers that were met before sends it. */
  browser: number;
}

type Template = [path: string, method: string, parameters: Record<string, Value>];

const web = { client_id: 'web', redirect_uri: 'https://shop.acme.example/callback' };
const authenticated = { client_id: 'web', client_secret: secrets.web };
const challenge = { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' };

/** Requests that would be right: one thing wrong in them goes deeper than everything wrong at once. */
const templates: readonly Template[] = [
  ['/auth', 'GET', { ...web, response_type: 'code', scope: 'openid', ...challenge }],
  ['/auth', 'GET', { ...web, response_type: 'code id_token', scope: 'openid', nonce: 'n', prompt: 'none' }],
  ['/auth', 'GET', { ...web, response_type: 'code', scope: 'openid', prompt: 'login consent', claims: '{}' }],
  ['/request', 'POST', { ...web, ...authenticated, response_type: 'code', scope: 'openid' }],
  ['/token', 'POST', { ...web, ...authenticated, grant_type: 'authorization_code', code: 'x' }],
  ['/token', 'POST', { ...authenticated, grant_type: 'refresh_token', refresh_token: 'x' }],
  ['/token/introspection', 'POST', { ...authenticated, token: 'x' }],
  ['/token/revocation', 'POST', { ...authenticated, token: 'x' }],
  ['/page/authorize', 'POST', { ...web, response_type: 'code', scope: 'openid', ...challenge }],
  ['/page/identity', 'POST', { client_id: 'web' }],
  ['/page/livechat/token', 'POST', { client_id: 'livechat' }],
  ['/interaction/:uid', 'GET', {}],
  ['/interaction/:uid', 'POST', { csrf: { own: 'csrf' }, login: 'dana', password: 'dana-password' }],
  ['/interaction/:uid', 'POST', { csrf: { own: 'csrf' }, decision: 'allow' }],
  ['/interaction/:uid/cancel', 'POST', { csrf: { own: 'csrf' }, cancel: 'yes' }],
  ['/auth/:uid', 'GET', {}],
  ['/session/end', 'GET', { client_id: 'web', post_logout_redirect_uri: 'https://shop.acme.example/bye' }],
];

const headerArbitrary = fc.dictionary(
  fc.constantFrom(
    'origin',
    'referer',
    'authorization',
    'accept',
    'accept-language',
    'accept-encoding',
    'content-type',
    'content-encoding',
    'cookie',
    'range',
    'if-none-match',
    'sec-fetch-site',
    'sec-fetch-mode',
    'x-request-id',
    'x-forwarded-host',
    'forwarded',
    'traceparent',
    'dpop',
    'x-http-method-override',
    'access-control-request-method',
  ),
  fc.oneof(
    fc.constantFrom(
      brandIssuer,
      'null',
      'https://evil.example',
      'same-origin',
      'cross-site',
      '*/*',
      'application/json',
      'text/html',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'gzip',
      'Bearer x',
      'Bearer',
      'Basic d2ViOg==',
      `Basic ${Buffer.from(`web:${secrets.web}`).toString('base64')}`,
      'Basic %%%',
      'sid=x',
      'sid=a; sid=b',
      'parley_acme_session=x; parley_acme_session.sig=y',
      '=;=',
      'bytes=0-',
      '"',
      'POST',
      '00-0-0-00',
      'x'.repeat(3000),
    ),
    fc
      .string({
        unit: fc.constantFrom('a', 'b', '=', ';', ',', ' ', '"', '%', '\u00e9', '\t', '/', ':', '{', '}'),
        maxLength: 30,
      })
      .map((text) => text.trim()),
  ),
  { maxKeys: 3 },
);

export function requestArbitrary(paths: readonly string[]): fc.Arbitrary<Draft> {
  const parameters = fc.array(fc.tuple(fc.constantFrom(...parameterNames), valueArbitrary), { maxLength: 5 });
  const common = {
    part: valueArbitrary,
    headers: headerArbitrary,
    browser: fc.nat(15),
    place: fc.oneof(
      { weight: 8, arbitrary: fc.constant('form' as const) },
      { weight: 4, arbitrary: fc.constant('query' as const) },
      { weight: 1, arbitrary: fc.constantFrom('both', 'json', 'multipart', 'bytes') },
    ),
  };
  const anything = fc.record({
    ...common,
    path: fc.constantFrom(...paths),
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('GET', 'POST') },
      { weight: 1, arbitrary: fc.constantFrom('HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS') },
    ),
    parameters,
  });
  const nearlyRight = fc
    .record({ ...common, template: fc.constantFrom(...templates), parameters })
    .map(({ template: [path, method, right], parameters: more, ...rest }) => ({
      ...rest,
      path,
      method,
      part: { own: 'interaction' as const },
      place: method === 'GET' ? ('query' as const) : rest.place,
      headers: path.startsWith('/page/') ? { ...rest.headers, origin: brandIssuer } : rest.headers,
      parameters: change(Object.entries(right), more),
    }));
  return fc.oneof({ weight: 2, arbitrary: anything }, { weight: 3, arbitrary: nearlyRight });
}

/** Some of the right ones are replaced or go missing, some stand twice. */
function change(right: [string, Value][], more: [string, Value][]): [string, Value][] {
  const [first] = more;
  if (!first) return right;
  const without = right.filter(([name], index) => name !== first[0] && index !== more.length * 7);
  return [...without, ...more];
}
