import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { authorizationUrl, type Client } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 44: what a request says of a login is shown back, and nothing is looked up for it. */

let parley: RunningParley;
let web: Client;
beforeAll(async () => {
  parley = await startParley();
  web = webClient(parley);
});
afterAll(() => parley.stop());

test('44 a hint in the address is shown back and not looked up', async () => {
  const pages = await Promise.all(
    [dana.login, 'nobody'].map(async (login_hint) => {
      const visitor = new Visitor();
      const { response } = await visitor.follow(
        await visitor.get(authorizationUrl(web, { login_hint })),
        parley.issuer,
      );
      const html = await response.text();
      const { action, fields } = readForm(html);
      return html
        .replaceAll(login_hint, 'LOGIN')
        .replaceAll(response.headers.get('x-request-id') ?? '-', 'ID')
        .replaceAll(action.split('/').at(-1) ?? '-', 'UID')
        .replaceAll(fields['csrf'] ?? '-', 'CSRF');
    }),
  );
  expect(pages[1]).toBe(pages[0]);
});

test('44 a silent request with a hint says the same of every login', async () => {
  const ask = async (login_hint: string) => {
    const response = await new Visitor().get(authorizationUrl(web, { prompt: 'none', login_hint }));
    return response.headers.get('location');
  };
  expect(await ask(dana.login)).toBe(await ask('nobody'));
});
