import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The distribution's Chromium with a profile of its own, which goes when it is closed.
 *
 * @param without flags that Playwright sets and that would hide what is tested
 */
export function launchChromium(
  executablePath: string,
  more: readonly string[] = [],
  without: readonly string[] = [],
): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...flags, ...more], ignoreDefaultArgs: [...without] });
}

/** What the browser itself complains about: blocked scripts, forms and frames, errors of the page. */
export function collectComplaints(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) {
      complaints.push(message.text());
    }
  });
  return complaints;
}

/** At Parley's login page, as a consumer does it. */
export async function typeSignIn(
  page: Page,
  { login, password }: { login: string; password: string },
): Promise<void> {
  await page.getByLabel('E-mail or user name').pressSequentially(login);
  await page.getByLabel('Password').pressSequentially(password);
  await page.keyboard.press('Enter');
}
