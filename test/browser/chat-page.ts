/**
 * The brand's page as far as LivePerson is concerned, put into every page before its own scripts: the tag, and a
 * chat window that asks the page's method and identity functions and writes down all that it is told.
 */
export const livePersonInPage = `
  window.answers = [];
  window.events = [];
  window.lpTag = {
    section: ['shop'],
    pages: [],
    newPage(url, options) { this.pages.push({ url, options }); },
  };
  window.chat = (challenge, method = window.lpGetAuthenticationToken) =>
    new Promise((resolve) => {
      method((...answer) => { window.answers.push(answer); resolve(answer); }, challenge);
    });
  window.identities = () =>
    Promise.all(lpTag.identities.map((ask) => new Promise((resolve) => ask((...told) => resolve(told)))));
  for (const name of ['identity', 'sign-in-required', 'signed-out']) {
    addEventListener('parley:' + name, ({ detail }) => window.events.push([name, detail]));
  }
  addEventListener('load', () => {
    if (location.hash === '#sign-in-without-a-click') Parley.signIn();
  });
  addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('sign-in');
    if (button) button.onclick = () => {
      window.signedIn = Parley.signIn().then((who) => ({ who }), (error) => ({ error: error.message }));
    };
  });
`;

/** One line sets Parley up. @param attributes data-… of the script element */
export function chatPage(issuer: string, attributes: Record<string, string>): string {
  const data = Object.entries(attributes).map(([name, value]) => ` data-${name}="${value}"`);
  return `<!doctype html><title>Shop</title>
<button id="sign-in">Sign in</button>
<script src="${issuer}/parley.js"${data.join('')}></script>`;
}

/** Nothing but Parley: what runs here runs under any policy that allows it at all. */
export const strictPolicy = (issuer: string) =>
  `default-src 'none'; script-src ${issuer}; connect-src ${issuer}; base-uri 'none'; require-trusted-types-for 'script'`;
