import type { Visit } from './browser.ts';
import { notOurPage } from './browser.ts';
import { CheckFailure } from './check-failure.ts';
import type { CheckTarget } from './check-target.ts';
import { type Page, readPage } from './read-page.ts';

/** Signs the consumer in on the real login page, with the address of the client's own first request. */
export async function signIn(
  target: Pick<CheckTarget, 'browser' | 'consumer' | 'report'>,
  request: URL,
  isAnswer: (url: URL) => boolean,
): Promise<void> {
  const { browser, consumer, report } = target;
  if (!consumer) {
    report.unknown('Sign-in', 'no page is asked: the given cookie stands for a consumer who is signed in');
    return;
  }
  const landed = await browser.visit(request, isAnswer);
  const page = expectPage(landed);
  if (page.kind !== 'login') throw describePage(landed, page);
  const { csrf = '' } = page.fields;
  const form = { csrf, login: consumer.login, password: consumer.password };
  await expectSignedIn(await browser.submit(new URL(page.action, landed.url), form, isAnswer));
  report.ok('Sign-in', `${consumer.login} signed in on Parley's page`);
}

async function expectSignedIn(landed: Visit): Promise<void> {
  // The app's own page comes after the sign-in, and an error is the next step's to tell.
  if (landed.kind === 'left') return;
  const page = readPage(landed.html);
  if (page.kind === 'login') {
    throw new CheckFailure(
      `the login page says: ${page.alarm ?? 'nothing'}`,
      'check the login and the password; both were sent as they were given',
    );
  }
  if (page.kind === 'other') throw describePage(landed, page);
}

function expectPage(landed: Visit): Page {
  if (landed.kind === 'page') return readPage(landed.html);
  if (!landed.isExpected) {
    throw new CheckFailure(
      `the sign-in leads to ${landed.url.origin}, where no page of Parley is`,
      'sign in there with a browser and give its cookie for the issuer: --cookie',
    );
  }
  const error = new URLSearchParams(landed.url.hash.slice(1) || landed.url.search).get('error');
  throw new CheckFailure(
    error
      ? `the request is answered with ${error}`
      : 'nobody had to sign in, though the browser is a new one',
    '`parley requests` has the reason',
  );
}

/** What stands where something else was expected. */
export function describePage(landed: Visit, page: Page): CheckFailure {
  if (landed.kind === 'left')
    return new CheckFailure(`the browser was sent to ${landed.url.origin}`, notOurPage);
  const { status, url, supportId } = landed;
  if (page.error !== undefined) {
    return new CheckFailure(
      `Parley's page says: ${page.error} (reference ${supportId})`,
      '`parley requests` and the log have more under this reference',
    );
  }
  if (page.kind === 'consent') {
    return new CheckFailure(
      'a consent page stands in the way, which an embedded window cannot show',
      'remove first_party: false from the client',
    );
  }
  return new CheckFailure(
    `a page that is not Parley's was met at ${url.origin}${url.pathname}: "${page.title}" (${status})`,
    notOurPage,
  );
}
