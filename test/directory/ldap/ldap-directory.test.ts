import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change } from 'ldapts';
import type { AccountDirectory } from '../../../src/directory/contract.ts';
import { ParleyError } from '../../../src/errors.ts';
import { describeDirectoryContract } from '../../contract/directory-contract.ts';
import { describeWith } from '../../support/availability.ts';
import { type Certificates, createCertificates } from '../../support/certificates.ts';
import { findProgram } from '../../support/find-program.ts';
import { openTestDirectory } from '../../support/open-test-directory.ts';
import { poll } from '../../support/poll.ts';
import { quickest } from '../../support/quickest.ts';
import { type Slapd, startSlapd, suffix } from '../../support/slapd.ts';
import { acmePeople, dana, decoy, groups, guid, parley, people, sam } from './acme-people.ts';

type LdapAccounts = NonNullable<Parameters<typeof openTestDirectory>[0]['ldap']>;

describeWith('slapd', (program) => {
  let folder: string;
  let certificates: Certificates;
  let stranger: Certificates;
  let slapd: Slapd;
  const opened: AccountDirectory[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-ldap-'));
    const make = (name: string) => {
      mkdirSync(join(folder, name));
      return createCertificates(findProgram('openssl') ?? 'openssl', join(folder, name), ['localhost']);
    };
    [certificates, stranger] = [make('server'), make('stranger')];
    slapd = await startSlapd({ program, certificates, entries: await acmePeople() });
  });
  afterAll(async () => {
    await Promise.all(opened.map((directory) => directory.close()));
    await slapd.stop();
    rmSync(folder, { recursive: true });
  });

  async function open(settings: Partial<LdapAccounts> = {}): Promise<AccountDirectory> {
    const directory = await openTestDirectory({
      ldap: {
        url: slapd.secureUrl,
        ca: certificates.ca,
        bind: parley,
        base: people,
        disabled: '(userAccountControl:1.2.840.113556.1.4.803:=2)',
        login: { attributes: ['uid', 'mail'], decoy },
        attributes: { first_name: 'givenName', emails: 'mail[]', phone: 'telephoneNumber' },
        cache: 0,
        timeout: 10_000,
        ...settings,
      },
    });
    opened.push(directory);
    return directory;
  }

  /** entryUUID is the server's own choice. */
  async function idOf({ dn }: { dn: string }): Promise<string> {
    return slapd.asRoot(async (client) => {
      const { searchEntries } = await client.search(dn, { scope: 'base', attributes: ['entryUUID'] });
      return String(searchEntries[0]?.['entryUUID']);
    });
  }

  async function failureOf(call: Promise<unknown> | undefined): Promise<ParleyError> {
    const error = await call?.catch((reason: unknown) => reason);
    if (!(error instanceof ParleyError)) throw new Error(`no ParleyError: ${JSON.stringify(error)}`);
    expect(error.code).toBe('directory_unavailable');
    return error;
  }

  describe.each<[string, () => Partial<LdapAccounts>]>([
    ['LDAPS, a login that is searched for', () => ({})],
    [
      'StartTLS, a login that names its entry',
      () => ({ url: slapd.url, start_tls: true, login: { rdn: 'uid', decoy } }),
    ],
  ])('%s', (name, settings) => {
    describeDirectoryContract(`ldap, ${name}`, async () => {
      const directory = await open(settings());
      return {
        directory,
        known: { accountId: await idOf(dana), ...dana },
        disabled: { accountId: await idOf(sam), ...sam },
        secrets: ['{ARGON2}', '$argon2', parley.password],
        cut: () => slapd.kill(),
        heal: () => slapd.restart(),
        dispose: async () => {},
      };
    });
  });

  describe('the record', () => {
    test('has every member of the mapping, lists where they were asked for, and groups by name', async () => {
      const directory = await open({ groups: { attribute: 'memberOf' } });
      const account = await directory.findAccount(await idOf(dana));
      expect(account?.record).toEqual({
        id: account?.accountId,
        first_name: 'Dana',
        emails: ['dana@acme.example', 'd.reyes@acme.example'],
        phone: null,
        groups: ['gold, silver', 'staff'],
      });
    });

    test('finds the groups where they are kept apart', async () => {
      const directory = await open({
        groups: { base: groups, filter: '(objectClass=groupOfNames)', as: 'dn' },
      });
      const outcome = await directory.checkPassword?.(dana);
      expect(outcome).toMatchObject({
        kind: 'signed-in',
        account: { record: { groups: [`cn=gold\\2C silver,${groups}`, `cn=staff,${groups}`] } },
      });
    });

    test('goes by the GUID of Active Directory', async () => {
      const directory = await open({ id: 'objectGUID', id_format: 'guid' });
      await expect(directory.findAccount(guid.text)).resolves.toMatchObject({ accountId: guid.text });
      await expect(directory.findAccount(guid.text.toUpperCase())).resolves.toBeUndefined();
      await expect(directory.checkPassword?.(dana)).resolves.toMatchObject({
        account: { accountId: guid.text },
      });
    });
  });

  describe('a password', () => {
    test('of a login with signs of a filter and of a name is right for that entry and for no other', async () => {
      for (const login of [{ attributes: ['uid'] }, { rdn: 'uid' }]) {
        const directory = await open({ login });
        const attempt = (typed: string) => directory.checkPassword?.({ login: typed, password: 'odd' });
        await expect(attempt('a*(b),c+')).resolves.toMatchObject({ kind: 'signed-in' });
        for (const typed of ['a*', '*', 'a*(b)', 'a*(b)\\2cc+', 'a*(b),c+,ou=people'])
          await expect(attempt(typed)).resolves.toEqual({ kind: 'refused' });
      }
    });

    test('is refused when it is empty, though the server would let it in without a name', async () => {
      await slapd.asRoot(async (client) => {
        await expect(client.bind('', '')).resolves.toBeUndefined();
      });
      const directory = await open();
      await expect(directory.checkPassword?.({ ...dana, password: '' })).resolves.toEqual({
        kind: 'refused',
      });
    });

    test('that was right once is wrong after it was changed, on the same connections', async () => {
      const directory = await open();
      await expect(directory.checkPassword?.(dana)).resolves.toMatchObject({ kind: 'signed-in' });
      for (let round = 0; round < 10; round++)
        await expect(directory.checkPassword?.({ ...dana, password: 'x' })).resolves.toEqual({
          kind: 'refused',
        });
    });

    test('of an account that was just disabled is refused at once', async () => {
      const directory = await open();
      const id = await idOf(dana);
      const set = (value: string) =>
        slapd.asRoot((client) =>
          client.modify(
            dana.dn,
            new Change({
              operation: 'replace',
              modification: new Attribute({ type: 'userAccountControl', values: [value] }),
            }),
          ),
        );
      await set('514');
      await expect(directory.checkPassword?.(dana)).resolves.toEqual({ kind: 'refused' });
      await expect(directory.findAccount(id)).resolves.toBeUndefined();
      await set('512');
      await expect(directory.findAccount(id)).resolves.toBeDefined();
    });
  });

  describe('52 the server', () => {
    test('has two entries for one login: a failure, not one of them', async () => {
      const directory = await open();
      const error = await failureOf(directory.checkPassword?.({ login: 'twin@acme.example', password: 'x' }));
      expect(error.message).toBe('two entries stand for one account');
    });

    test.each<[string, Partial<LdapAccounts>, RegExp]>([
      ['refuses the sign-in of Parley itself', { bind: { ...parley, password: 'wrong' } }, /refuses `bind`/],
      ['has no such base', { base: `ou=nobody,${suffix}` }, /NoSuchObject/],
      ['gives an id that is none', { id: 'cn' }, /cn holds no id/],
      ['gives several ids', { id: 'mail' }, /several mail/],
    ])('%s', async (_, settings, reason) => {
      const directory = await open(settings);
      const error = await failureOf(directory.checkPassword?.(dana));
      expect(error.message).toMatch(reason);
      expect(error.message).not.toMatch(/wrong|correct horse|acme/);
    });

    test('is asked by nobody: an anonymous search is not taken for "no such account"', async () => {
      const directory = await open({ bind: undefined });
      await failureOf(directory.findAccount(await idOf(dana)));
      await failureOf(directory.ping());
    });

    test.each<[string, () => Partial<LdapAccounts>]>([
      ['LDAPS', () => ({ ca: stranger.ca })],
      ['StartTLS', () => ({ ca: stranger.ca, url: slapd.url, start_tls: true })],
      ['LDAPS without an authority', () => ({ ca: undefined })],
      ['LDAPS under another name', () => ({ url: slapd.secureUrl.replace('localhost', '127.0.0.1') })],
    ])('29 %s shows a certificate that is not believed, and gets no password', async (_, settings) => {
      const directory = await open(settings());
      const error = await failureOf(directory.checkPassword?.(dana));
      expect(error.message).toMatch(/no answer \((UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|ERR_TLS|CERT_)/);
    });

    test('hangs: nobody waits longer than the time-out, and it serves again by itself', async () => {
      let directory = await open({ timeout: 1000 });
      const id = await idOf(dana);
      await poll('it serves', 20_000, () => directory.findAccount(id).then(Boolean, () => false));
      slapd.pause();
      try {
        await poll('it hangs', 20_000, () =>
          directory.findAccount(id, { fresh: true }).then(
            () => false,
            () => true,
          ),
        );
        const took = await quickest(3000, async () => {
          // Behind a try, the breaker refuses at once: each waits with a directory of its own.
          directory = await open({ timeout: 1000 });
          const questions = Array.from({ length: 10 }, () => directory.findAccount(id, { fresh: true }));
          await Promise.all(questions.map(failureOf));
        });
        expect(took).toBeLessThan(3000);
      } finally {
        slapd.resume();
      }
      await poll('it serves again', 30_000, () => directory.findAccount(id).then(Boolean, () => false));
    });

    test('ends and comes back in the middle of work: every answer is an account or a failure', async () => {
      const directory = await open({ timeout: 1000 });
      const id = await idOf(dana);
      const over = new AbortController();
      const seen = new Set<string>();
      const asking = Array.from({ length: 4 }, async () => {
        while (!over.signal.aborted) {
          const answer = await directory.findAccount(id, { fresh: true }).catch((error: unknown) => error);
          seen.add(answer instanceof ParleyError ? answer.code : answer === undefined ? 'nobody' : 'found');
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      });
      await slapd.kill();
      await poll('it is missed', 20_000, () => seen.has('directory_unavailable'));
      await slapd.restart();
      await poll('it serves again', 30_000, () => directory.findAccount(id).then(Boolean, () => false));
      over.abort();
      await Promise.all(asking);
      expect(seen).toEqual(new Set(['found', 'directory_unavailable']));
    });
  });
});
