import { expect } from '@jest/globals';
import { comingAgain } from '../../support/coming-again.ts';
import { Guesser } from '../../support/guesser.ts';
import { authorizationUrl, signIn } from '../../support/relying-party.ts';
import { startParley } from '../../support/start-parley.ts';
import { dana } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/**
 * A consumer has signed in once; then strangers at as many addresses guess her password so often, over HTTP. Answers
 * how many of their guesses were checked, how long her own browser had to wait and how long a new one has to.
 */
export async function guessFromEverywhere(guesses: number) {
  const parley = await startParley({
    serverYaml: { trusted_proxies: ['127.0.0.1', '::1'], log_level: 'error' },
  });
  try {
    const client = webClient({ issuer: parley.issuer, fetch: comingAgain(fetch) });
    const own = new Visitor(client.fetch);
    expect((await signIn(own, authorizationUrl(client), dana)).searchParams.get('code')).toBeTruthy();

    const stranger = await Guesser.at(client);
    const statuses: number[] = [];
    const guessNext = async (n: number): Promise<void> => {
      if (n >= guesses) return;
      const from = `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
      statuses.push(await stranger.statusOf({ login: dana.login, password: `wrong-${n}`, from }));
      await guessNext(n + 10);
    };
    await Promise.all(Array.from({ length: 10 }, (_, n) => guessNext(n)));

    const url = authorizationUrl(client, { prompt: 'login' });
    const again = await Guesser.at(client, own);
    const mistyped = await again.statusOf({ login: dana.login, password: 'mistyped' });
    const landed = await signIn(own.clone(), url, dana);
    const fresh = await (await Guesser.at(client)).submit({ ...dana, from: '203.0.113.1' });
    return {
      checked: statuses.filter((status) => status === 401).length,
      refused: statuses.filter((status) => status === 429).length,
      mistyped,
      code: landed.searchParams.get('code'),
      elsewhere: { status: fresh.status, wait: Number(fresh.headers.get('retry-after')) },
    };
  } finally {
    await parley.stop();
  }
}
