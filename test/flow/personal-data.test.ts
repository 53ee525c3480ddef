import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  claimsOf,
  exchange,
  refresh,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { withoutIds } from '../support/without-ids.ts';

/** What accounts say about a consumer reaches tokens, and no log line at whatever level. */
const page = 'https://www.acme.example';
const personal = /Dana|Reyes|example\.com|4711-0815|Unlimited|84\.2|Sam|Okoro|4711-0922|Basic S/;

let parley: RunningParley;
beforeAll(async () => {
  const clients = testClients().map((client) =>
    client['id'] === 'web' ? { ...client, pages: [page] } : client,
  );
  const { claims, scopes } = testBrand() as Record<string, object>;
  parley = await startParley({
    env: { LOG_LEVEL: 'trace' },
    brands: [
      testBrand({
        claims: { ...claims, failing: 'to_date(billing.balance)', phone_number: 'to_e164(email)' },
        scopes: { ...scopes, failing: ['failing'] },
        pii: ['account_number', 'plan', 'billing'],
        clients: [
          ...clients,
          { ...clients[2], id: 'numbered', subject: { template: 'billing.balance' } },
          {
            ...clients[2],
            id: 'wrong',
            id_token_claims: true,
            claims: { own: "parse_date(last_name, 'dd.MM.yyyy')" },
          },
        ],
      }),
    ],
  });
});
afterAll(() => parley.stop());

describe('at the level trace', () => {
  test('a consumer may do everything, right and wrong', async () => {
    const web = webClient(parley);
    const scope = 'openid profile email phone account billing failing offline_access';
    const visitor = new Visitor();
    const landed = await signIn(visitor, authorizationUrl(web, { scope }), dana);
    const { body } = await exchange(web, answerOf(landed).get('code') ?? '');
    const userinfo = await fetch(`${parley.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(await userinfo.json()).toMatchObject({ email: 'dana@example.com', account_number: '4711-0815' });
    await refresh(web, body.refresh_token);
    await visitor.post(`${parley.issuer}/page/identity`, { client_id: 'web' }, { origin: page });
    const implicit = await authorizeSilently(
      visitor,
      authorizationUrl(web, { scope, response_type: 'id_token', nonce: 'n', login_hint: 'dana@example.com' }),
    );
    expect(claimsOf(implicit.get('id_token') ?? '')).toMatchObject({ family_name: 'Reyes' });
    for (const clientId of ['numbered', 'wrong']) {
      const own = { ...web, clientId };
      const code = (await authorizeSilently(visitor, authorizationUrl(own))).get('code');
      if (code) await exchange(own, code);
    }
    await signIn(new Visitor(), authorizationUrl(web), { ...sam, password: 'Okoro' });
    await signIn(new Visitor(), authorizationUrl(web, { state: 'Dana Reyes', scope: 'openid Reyes' }), sam);
    await exchange(web, 'Dana-Reyes');
  });

  test('and the log tells of it without a word of the account', () => {
    expect(parley.log.length).toBeGreaterThan(15);
    for (const line of parley.log) expect(withoutIds(JSON.stringify(line))).not.toMatch(personal);
    expect(parley.log.map(({ claim }) => claim)).toEqual(expect.arrayContaining(['phone_number', 'own']));
    expect(parley.log).toContainEqual(
      expect.objectContaining({ clientId: 'numbered', reason: expect.any(String) }),
    );
  });
});
