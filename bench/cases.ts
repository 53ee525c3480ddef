import { authorizationUrl, type Client, signIn as signInByPage } from '../test/support/relying-party.ts';
import { Visitor } from '../test/support/visitor.ts';
import { type Answer, createSend, type Send } from './measure/http-client.ts';
import { login, redirectUri, scope, secret } from './subject/example.ts';
import type { Subject } from './subject/subject.ts';

/** What is compared, each as one operation that the server under measurement must answer rightly. */
export interface BenchCase {
  name: string;
  /** Only Parley has it: its cost is printed beside the case that it stands in for on the bare server. */
  bareCase?: string;
  prepare(place: Place): Promise<Operate>;
}

export type Operate = (worker: number) => Promise<void>;

interface Place {
  subject: Subject;
  send: Send;
  /** One signed-in browser for each worker, as Cookie headers. */
  cookies: readonly string[];
}

const basic = `Basic ${Buffer.from(`web:${secret}`).toString('base64')}`;

export const cases: readonly BenchCase[] = [
  { name: 'discovery', prepare: async ({ send }) => get(send, '/.well-known/openid-configuration') },
  { name: 'jwks', prepare: async ({ send }) => get(send, '/jwks') },
  { name: 'id_token RS256', prepare: async (place) => silentIdToken(place, 'web') },
  { name: 'id_token ES256', prepare: async (place) => silentIdToken(place, 'web-es256') },
  {
    name: 'code + token',
    async prepare(place) {
      return async (worker) => void (await redeem(place, await silentCode(place, worker)));
    },
  },
  {
    name: 'page JSON + token',
    bareCase: 'code + token',
    async prepare(place) {
      return async (worker) => void (await redeem(place, await pageCode(place, worker)));
    },
  },
  {
    name: 'refresh',
    async prepare(place) {
      const tokens = await tokensOfAll(place);
      return async (worker) => {
        const answer = await place.send('/token', {
          method: 'POST',
          headers: { authorization: basic },
          form: { grant_type: 'refresh_token', refresh_token: tokens[worker]?.refresh_token ?? '' },
        });
        const { refresh_token: next } = expectJson(answer, 'id_token');
        if (next !== undefined && tokens[worker]) tokens[worker].refresh_token = next;
      };
    },
  },
  {
    name: 'userinfo',
    async prepare(place) {
      const tokens = await tokensOfAll(place);
      return async (worker) => {
        const headers = { authorization: `Bearer ${tokens[worker]?.access_token}` };
        expectJson(await place.send('/userinfo', { headers }), 'account_number');
      };
    },
  },
  {
    name: 'introspection',
    async prepare(place) {
      const tokens = await tokensOfAll(place);
      return async (worker) => {
        const form = { token: tokens[worker]?.access_token ?? '' };
        const headers = { authorization: basic };
        expectJson(await place.send('/token/introspection', { method: 'POST', headers, form }), 'active');
      };
    },
  },
];

/** Signs consumers in, one for each worker, at both clients. */
export async function signInAll(subject: Subject, workers: number): Promise<string[]> {
  const clients = ['web', 'web-es256'].map(
    (clientId): Client => ({ issuer: subject.issuer, clientId, redirectUri, secret }),
  );
  const cookies: string[] = [];
  for (let worker = 0; worker < workers; worker += 1) {
    const visitor = new Visitor();
    for (const client of clients) {
      const landed = await signInByPage(visitor, authorizationUrl(client, { scope }), login);
      if (!landed.searchParams.has('code')) throw new Error(`${subject.name}: no sign-in: ${landed.href}`);
    }
    cookies.push(
      [...visitor.cookies]
        .filter(([, { path }]) => path === '/')
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; '),
    );
  }
  return cookies;
}

export async function prepareCase(
  { prepare }: BenchCase,
  { subject, cookies }: Omit<Place, 'send'>,
): Promise<{ operate: Operate; close(): void }> {
  const send = createSend(subject.issuer);
  return { operate: await prepare({ subject, cookies, send }), close: send.close };
}

async function get(send: Send, path: string): Promise<Operate> {
  return async () => {
    const { status } = await send(path);
    if (status !== 200) throw new Error(`${path} answered ${status}`);
  };
}

function silentIdToken({ send, cookies }: Place, clientId: string): Operate {
  const path = authorizationPath({ client_id: clientId, response_type: 'id_token', nonce: 'n-0123456789' });
  return async (worker) => {
    const answer = await send(path, { headers: { cookie: cookies[worker] ?? '' } });
    if (!answer.location?.includes('#id_token=')) throw unexpected(answer);
  };
}

async function silentCode({ send, cookies }: Place, worker: number): Promise<string> {
  const path = authorizationPath({ client_id: 'web', response_type: 'code' });
  const answer = await send(path, { headers: { cookie: cookies[worker] ?? '' } });
  const code = answer.location && new URL(answer.location).searchParams.get('code');
  if (!code) throw unexpected(answer);
  return code;
}

/** PKCE's example of RFC 7636 appendix B: a code that a page receives must be bound. */
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

async function pageCode({ send, cookies, subject }: Place, worker: number): Promise<string> {
  const answer = await send('/page/authorize', {
    method: 'POST',
    headers: { cookie: cookies[worker] ?? '', origin: subject.issuer },
    form: {
      client_id: 'web',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    },
  });
  return `${expectJson(answer, 'code')['code']} ${verifier}`;
}

async function redeem({ send }: Place, codeAndVerifier: string): Promise<Record<string, string>> {
  const [code = '', code_verifier] = codeAndVerifier.split(' ');
  const answer = await send('/token', {
    method: 'POST',
    headers: { authorization: basic },
    form: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      ...(code_verifier && { code_verifier }),
    },
  });
  return expectJson(answer, 'id_token');
}

function tokensOfAll(place: Place): Promise<Record<string, string>[]> {
  return Promise.all(place.cookies.map(async (_, worker) => redeem(place, await silentCode(place, worker))));
}

function authorizationPath(parameters: Record<string, string>): string {
  const query = new URLSearchParams({ redirect_uri: redirectUri, scope, prompt: 'none', ...parameters });
  return `/auth?${query.toString()}`;
}

function expectJson(answer: Answer, member: string): Record<string, string> {
  const body: Record<string, string> = answer.body.startsWith('{') ? JSON.parse(answer.body) : {};
  if (answer.status !== 200 || body[member] === undefined) throw unexpected(answer);
  return body;
}

function unexpected({ status, location, body }: Answer): Error {
  return new Error(`unexpected answer: ${status} ${location ?? ''} ${body.slice(0, 300)}`);
}
