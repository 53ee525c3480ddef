import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { comingAgain } from '../../support/coming-again.ts';
import { Guesser } from '../../support/guesser.ts';
import { onEachStore } from '../../support/on-each-store.ts';
import { type Client, postAsClient } from '../../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../../support/spawn-parley.ts';
import { dana, testBrand } from '../../support/test-brand.ts';
import { webClient } from '../../support/web-client.ts';

/** Two Parleys with one store. */
onEachStore((store) => {
  let first: ParleyProcess;
  let second: ParleyProcess;

  beforeAll(async () => {
    const address = store();
    const limits = { first_wait: 900, client_and_address: 15 };
    const shared = {
      brands: [testBrand({ limits })],
      // What is late here is the machine.
      serverYaml: { trusted_proxies: ['127.0.0.1', '::1'], store_timeout: 20_000 },
      ...(address && { store: address }),
    };
    first = await spawnParley(shared);
    second = await spawnParley({ ...shared, beside: first });
  });
  afterAll(async () => {
    await second?.stop();
    await first?.stop();
  });

  const clientOf = ({ issuer, fetch }: ParleyProcess) => webClient({ issuer, fetch: comingAgain(fetch) });

  /** In both processes, in turn. */
  async function guessInParallel(guess: { login: string; from: string }): Promise<number[]> {
    const here = await Guesser.at(clientOf(first));
    const guessers = [here, here.at(comingAgain(second.fetch))];
    return Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const guesser = guessers[n % 2] ?? here;
        return guesser.statusOf({ ...guess, password: `wrong-${n}` });
      }),
    );
  }

  test.each([dana.login, 'nobody'])(
    '42 of 100 parallel wrong passwords for %s in two processes exactly ten are checked',
    async (login) => {
      const statuses = await guessInParallel({ login, from: '192.0.2.1' });
      expect(statuses.filter((status) => status === 401)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(90);
    },
  );

  test('42 then the right password waits too, from there and in both, and from elsewhere it does not', async () => {
    const here = await Guesser.at(webClient(first));
    for (const guesser of [here, here.at(second.fetch)]) {
      const refused = await guesser.submit({ ...dana, from: '192.0.2.1' });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600);
      const page = await refused.text();
      expect(page).toContain('Too many attempts. Please wait a while and try again.');
      expect(page).toContain(refused.headers.get('x-request-id'));
      expect(page).not.toContain(dana.password);
    }
    expect(await here.statusOf({ ...dana, from: '192.0.2.2' })).toBe(303);
  });

  test('42 of 100 parallel wrong client secrets in two processes no more than the limit are told so', async () => {
    const wrong = { secret: 'a-guess-of-somebody-0123456789' };
    const ask = (process: ParleyProcess, secret: Partial<Client> = wrong) =>
      postAsClient({ ...clientOf(process), ...secret }, '/token', {
        grant_type: 'authorization_code',
        code: 'none',
      });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(n % 2 ? first : second)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(15);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(85);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(600);
    expect(refused[0]?.body.error).toBe('too_many_attempts');
    expect((await ask(second, {})).status).toBe(429);
  });
});
