import { z } from 'zod';
import type { LiveChatConfig } from '../../config/brand-schema.ts';
import { parseJson } from '../../twin/liveperson/parse-json.ts';
import { attempt, CheckFailure } from './check-failure.ts';
import type { CheckTarget } from './check-target.ts';
import { signIn } from './sign-in.ts';
import { isAnswerAt } from './windows.ts';

export type LiveChatTarget = Pick<
  CheckTarget,
  'issuer' | 'client' | 'browser' | 'consumer' | 'report' | 'now'
> & { settings: LiveChatConfig };

/** Plays LiveChat's widget against the running server: what its four functions would get on each page. */
export async function runLiveChatCheck(target: LiveChatTarget): Promise<void> {
  const { report, client, issuer } = target;
  const [firstPage] = client.pages;
  report.section('The server');
  const isSignedIn = await attempt(report, 'Sign-in', async () => {
    if (firstPage === undefined)
      throw new CheckFailure(
        'no page may ask for this client',
        'name the pages with the chat: pages: [https://…]',
      );
    const request = new URL(`${issuer}/auth`);
    const parameters = {
      response_type: 'none',
      scope: 'openid',
      redirect_uri: client.redirect_uris[0] ?? firstPage,
    };
    request.search = new URLSearchParams({ client_id: client.id, ...parameters }).toString();
    await signIn(target, request, isAnswerAt(parameters.redirect_uri));
    return true;
  });
  if (!isSignedIn) return;
  for (const page of client.pages) {
    report.section(`The widget at ${page}`);
    await attempt(report, 'Token', () => checkTokens(target, page));
  }
  await attempt(report, "A stranger's page", () => checkStranger(target));
  if (firstPage !== undefined) await checkSignOut(target, firstPage);
}

const tokenSchema = z.object({
  accessToken: z.string().min(1),
  entityId: z.string().min(1),
  expiresIn: z.number().positive(),
  tokenType: z.literal('Bearer'),
  creationDate: z.number().positive(),
  licenseId: z.number(),
  organizationId: z.string().min(1),
});
const refusalSchema = z.object({
  error: z.string().catch('an answer that is no token'),
  error_description: z.string().catch(''),
  support_id: z.string().catch('none'),
});

/** Milliseconds. */
const moment = 30_000;

type Token = z.output<typeof tokenSchema>;

async function checkTokens(target: LiveChatTarget, page: string): Promise<void> {
  const { report } = target;
  const first = await askForToken(target, page, 'token');
  checkTimes(target, first);
  checkOwner(target, first);
  report.ok('Token', `entity_id ${first.entityId}, for ${Math.round(first.expiresIn / 60_000)} min`);
  const again = await askForToken(target, page, 'token');
  if (again.accessToken === first.accessToken) report.ok('Kept token', 'the second call cost nothing');
  else report.warn('Kept token', 'the second call gave another token: each new one is charged');
  const fresh = await askForToken(target, page, 'fresh');
  if (fresh.entityId !== first.entityId) {
    throw new CheckFailure(
      `a fresh token is for ${fresh.entityId}: LiveChat made another customer`,
      'the log says why; `parley links show` prints the link',
    );
  }
  const isNew = fresh.accessToken !== first.accessToken;
  if (isNew) report.ok('Fresh token', 'a new one for the same customer');
  // Tabs that want a new one at the same time share it.
  else if (target.now() - fresh.creationDate < moment)
    report.ok('Fresh token', 'made a moment ago, and shared');
  else report.warn('Fresh token', 'the same token came again');
  const { has_token: has } = await ask(target, page, 'has');
  if (has !== true)
    throw new CheckFailure('hasToken says no after a token', 'every process needs the same store');
  report.ok('hasToken', 'yes');
}

async function askForToken(
  target: LiveChatTarget,
  page: string,
  operation: 'token' | 'fresh',
): Promise<Token> {
  const answer = await ask(target, page, operation);
  const token = tokenSchema.safeParse(answer);
  if (token.success) return token.data;
  const { error, error_description: description, support_id: id } = refusalSchema.parse(answer);
  const reason = [error, description].filter(Boolean).join(': ');
  throw new CheckFailure(
    `${operation} is answered with ${reason} (reference ${id})`,
    error === 'login_required'
      ? 'the session of the sign-in must still be alive'
      : 'the log has what LiveChat said, and what to do, under this reference',
  );
}

/** What LiveChat's code compares with the browser's clock: both in milliseconds. */
function checkTimes({ now }: LiveChatTarget, { creationDate, expiresIn }: Token): void {
  if (now() < creationDate + expiresIn) return;
  throw new CheckFailure(
    'the token counts as expired already',
    "compare the server's clock with the real time: creationDate and expiresIn are milliseconds",
  );
}

function checkOwner({ settings }: LiveChatTarget, { organizationId, licenseId }: Token): void {
  if (organizationId === settings.organization_id && licenseId === settings.license_id) return;
  throw new CheckFailure(
    `the token is for organization ${organizationId}, license ${licenseId}`,
    'the running server has another configuration than this one: restart it, or check there',
  );
}

async function ask(
  { browser, client }: LiveChatTarget,
  page: string,
  operation: string,
): Promise<Record<string, unknown>> {
  const response = await browser.fetchFrom(page, `/page/livechat/${operation}`, { client_id: client.id });
  const allowed = response.headers.get('access-control-allow-origin');
  if (allowed !== page || response.headers.get('access-control-allow-credentials') !== 'true') {
    throw new CheckFailure(
      `the page at ${page} may not read the answer (${response.status}, Access-Control-Allow-Origin: ${allowed ?? 'none'})`,
      'list the exact origin in `pages`; a proxy must leave these headers alone',
    );
  }
  if (!response.headers.get('cache-control')?.includes('no-store')) {
    throw new CheckFailure('the answer may be kept by a cache', 'a proxy must leave Cache-Control alone');
  }
  const body = parseJson(await response.text());
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

async function checkStranger({ browser, client, report }: LiveChatTarget): Promise<void> {
  const stranger = 'https://stranger.invalid';
  const response = await browser.fetchFrom(stranger, '/page/livechat/token', { client_id: client.id });
  if (response.status !== 403 || response.headers.has('access-control-allow-origin')) {
    throw new CheckFailure(
      `a page that is not listed is answered with ${response.status}`,
      'a proxy must pass Origin on and must not add CORS headers',
    );
  }
  report.ok("A stranger's page", 'is refused, and may not read even that');
}

/** Last: it ends what the steps before need. */
async function checkSignOut(target: LiveChatTarget, page: string): Promise<void> {
  const { browser, client, consumer, report } = target;
  if (!consumer) {
    report.unknown('Sign-out', 'not tried: it would sign out the browser whose cookie was given');
    return;
  }
  report.section('After the sign-out');
  await attempt(report, 'Sign-out', async () => {
    await browser.fetchFrom(page, '/page/sign-out', { client_id: client.id });
    const { has_token: has } = await ask(target, page, 'has');
    const { error } = await ask(target, page, 'token');
    if (has !== false || error !== 'login_required') {
      throw new CheckFailure(
        'the page still gets a token',
        'a proxy must pass Set-Cookie on; every process needs the same store',
      );
    }
    report.ok('Sign-out', 'hasToken says no, and there is no token');
  });
}
