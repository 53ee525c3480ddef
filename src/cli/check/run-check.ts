import type { Flow } from '../../twin/liveperson/connector.ts';
import { createExchangeRecorder } from '../../twin/liveperson/exchange-recorder.ts';
import type { PageIdentity } from '../../twin/liveperson/liveperson-server.ts';
import { redeemCode } from '../../twin/liveperson/redeem-code.ts';
import { parseJson } from '../../twin/liveperson/parse-json.ts';
import { attempt, CheckFailure } from './check-failure.ts';
import { checkServer } from './check-server.ts';
import { type CheckTarget, createConnector } from './check-target.ts';
import { checkToken } from './check-token.ts';
import { signIn } from './sign-in.ts';
import {
  askFromPage,
  askFromPopup,
  createRequest,
  isAnswerAt,
  requestUrl,
  type WindowAnswer,
} from './windows.ts';

/** Plays LivePerson against the running server: every flow of the client, from the popup and from a page. */
export async function runCheck(target: CheckTarget): Promise<void> {
  const { report, client, flows } = target;
  const [redirectUri] = client.redirect_uris;
  const [firstFlow] = flows;
  if (redirectUri === undefined || firstFlow === undefined) return;
  report.section('The server');
  if (!(await checkServer(target))) return;
  const isSignedIn = await attempt(report, 'Sign-in', async () => {
    const { parameters } = createRequest(target, firstFlow, redirectUri);
    await signIn(target, requestUrl(target, parameters), isAnswerAt(redirectUri));
    return true;
  });
  if (!isSignedIn) return;

  for (const flow of flows) {
    report.section(`${titles[flow]}, popup window`);
    await checkWindow(target, flow, () => askFromPopup(target, flow, redirectUri));
  }
  await checkOlderConnector(target, redirectUri);
  await checkRedirectUris(target, firstFlow);
  await checkPages(target, redirectUri);
}

const titles: Readonly<Record<Flow, string>> = {
  code: 'Code flow',
  pkce: 'Code flow with PKCE',
  implicit: 'Implicit flow',
};

/** One window: it asks, LivePerson's server redeems what came, and the ID token is looked at. */
async function checkWindow(
  target: CheckTarget,
  flow: Flow,
  ask: () => Promise<WindowAnswer>,
  identity?: PageIdentity,
): Promise<void> {
  const { report } = target;
  const connector = createConnector(target, flow);
  const answer = await attempt(report, 'Request', ask);
  if (!answer) return;
  report.ok('Request', answer.note);
  const idToken =
    flow === 'implicit'
      ? answer.ssoKey
      : await redeem(target, { ...connector, credentials: 'basic' }, answer);
  if (idToken !== undefined) await checkToken(target, { connector, idToken, identity });
}

async function redeem(
  { report, fetch }: CheckTarget,
  connector: ReturnType<typeof createConnector>,
  { ssoKey: code, redirectUri, codeVerifier }: WindowAnswer,
): Promise<string | undefined> {
  const step = `Token request (${connector.credentials === 'body' ? 'credentials in the body' : 'HTTP Basic'})`;
  const redemption = { code, redirectUri, ...(codeVerifier && { codeVerifier }) };
  const idToken = await attempt(report, step, () =>
    redeemCode(redemption, connector, createExchangeRecorder(fetch)),
  );
  if (idToken !== undefined) report.ok(step, 'an ID token, not to be cached');
  return idToken;
}

async function checkOlderConnector(target: CheckTarget, redirectUri: string): Promise<void> {
  const flow = target.flows.find((one) => one !== 'implicit');
  if (!flow) return;
  target.report.section('An older connector');
  const answer = await attempt(target.report, 'Request', () => askFromPopup(target, flow, redirectUri));
  if (answer) await redeem(target, { ...createConnector(target, flow), credentials: 'body' }, answer);
}

/** The first one was used above. Nothing is fetched there: it is read off the redirect. */
async function checkRedirectUris(target: CheckTarget, flow: Flow): Promise<void> {
  const { client, report } = target;
  const others = client.redirect_uris.slice(1);
  if (others.length > 0) report.section('Other redirect URIs');
  for (const redirectUri of others) {
    const answer = await attempt(report, redirectUri, () => askFromPopup(target, flow, redirectUri));
    if (answer) report.ok(redirectUri, 'answered');
  }
}

async function checkPages(target: CheckTarget, redirectUri: string): Promise<void> {
  const { client, report, flows } = target;
  for (const page of client.pages) {
    report.section(`Embedded window at ${page}`);
    const identity = await attempt(report, 'Identity function', () => fetchIdentity(target, page));
    // A client that may use a challenge must, where a page fetches the code.
    for (const flow of flows.filter((one) => one !== 'code' || !client.flows.includes('pkce'))) {
      await checkWindow(target, flow, () => askFromPage(target, flow, { page, redirectUri }), identity);
    }
  }
}

/** What the page's identity function tells LivePerson's window. */
async function fetchIdentity(
  { browser, client, issuer, report }: CheckTarget,
  page: string,
): Promise<PageIdentity> {
  const response = await browser.fetchFrom(page, '/page/identity', { client_id: client.id });
  const identity = parseJson(await response.text()) as Partial<PageIdentity> | null | undefined;
  if (identity?.iss === issuer && identity.sub !== undefined) {
    report.ok('Identity function', `iss ${identity.iss}, sub ${identity.sub}`);
    return { iss: identity.iss, sub: identity.sub };
  }
  const answer = identity === null ? 'null: nobody is signed in' : `${response.status}`;
  throw new CheckFailure(
    `/page/identity answers ${answer}`,
    'list the exact origin in `pages`; the session of the sign-in must still be alive',
  );
}
