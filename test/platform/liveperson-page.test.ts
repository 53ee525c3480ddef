import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createClaimsMapping } from '../../src/claims/claims-mapping.ts';
import { liveperson } from '../../src/platform/liveperson.ts';
import { checkSdeExpression, defaultSdes } from '../../src/platform/sdes.ts';

/** What docs/platforms/liveperson.md says is what the preset does. */
const page = readFileSync(join(import.meta.dirname, '../../docs/platforms/liveperson.md'), 'utf8');
const client = {
  id: 'liveperson',
  platform: 'liveperson' as const,
  secret: 'a-secret-of-the-brand-0123456789',
};

const account = {
  account: { number: '4711', plan: 'Gold' },
  billing: { balance: 84.2, currency: 'EUR', last_payment: { day: 2, month: 11, year: 2026 } },
  paid: '2026-11-02',
  phone: '+447700900461',
};

function expressions(): string[] {
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? '');
  return blocks.filter((yaml) => yaml.includes('lp_sdes')).map((yaml) => String(parse(yaml).claims.lp_sdes));
}

function evaluate(expression: string): unknown {
  const mapping = createClaimsMapping({
    claims: {},
    scopes: {},
    clients: [{ ...client, claims: { x: expression } }],
  });
  const request = { clientId: client.id, scopes: ['openid'], requested: [], use: 'userinfo' as const };
  return mapping.release({ ...request, account: { record: account } })['x'];
}

describe('the documentation of LivePerson', () => {
  test('names every field of the console', () => {
    const resolved = liveperson.applyTo(client);
    const input = {
      issuer: 'https://id.acme.example',
      displayName: 'Acme',
      client: resolved,
      pastedKey: 'MIIB',
    };
    for (const { field } of liveperson.consoleValues(input)) expect(page).toContain(`| ${field} |`);
  });

  test('names every redirect URI of the preset', () => {
    for (const uri of liveperson.applyTo(client).redirect_uris) expect(page).toContain(`\`${uri}\``);
  });

  test('shows expressions that the check accepts and that run', () => {
    expect(expressions()).toHaveLength(2);
    for (const expression of expressions()) expect(checkSdeExpression(expression)).toEqual([]);
    const [asDefault, withDate] = expressions().map(evaluate);
    expect(asDefault).toEqual(evaluate(defaultSdes));
    expect(withDate).toEqual([
      { type: 'ctmrinfo', info: { customerId: '4711', lastPaymentDate: { year: 2026, month: 11, day: 2 } } },
      { type: 'personal', personal: { contacts: [{ phone: '+447700900461' }] } },
    ]);
  });
});
