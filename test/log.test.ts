import { expect, test } from '@jest/globals';
import { auditEvents } from '../src/audit/events.ts';
import { createBrandLog, createLog } from '../src/log.ts';

function capture() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLog({ level: 'trace', destination }) };
}

test("a brand's log writes no value under a personal name, at any depth, and the rest as it is", () => {
  const { lines, log } = capture();
  const brandLog = createBrandLog(log, 'acme', ['email', 'account_number']).child({ more: 1 });
  brandLog.trace({
    email: 'dana@example.com',
    claims: { plan: 'Gold', address: { email: 'dana@example.com' } },
    list: [[{ account_number: '4711' }], 'x', null],
    code: 'a-code',
    error: new TypeError('kept'),
  });
  expect(lines.join('')).not.toMatch(/dana@example|4711|a-code/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'trace',
    brand: 'acme',
    more: 1,
    email: '[redacted]',
    claims: { plan: 'Gold', address: { email: '[redacted]' } },
    list: [[{ account_number: '[redacted]' }], 'x', null],
    code: '[redacted]',
  });
});

test('another log is as before', () => {
  const { lines, log } = capture();
  createBrandLog(log, 'acme', ['plan']);
  log.info({ plan: 'Gold' });
  expect(lines[0]).toContain('Gold');
});

test('no fact of the audit log has a name that the log redacts, so its lines need not be searched', () => {
  const { lines, log } = capture();
  const own = Object.values(auditEvents).flatMap(({ facts }) => [...facts]);
  const common = ['event', 'brand', 'supportId', 'clientId', 'subject', 'login', 'address'];
  log.info(Object.fromEntries([...own, ...common].map((name) => [name, 'kept'])));
  expect(own).toContain('reason');
  expect(lines[0]).not.toContain('[redacted]');
});
