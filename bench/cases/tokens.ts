import { type BenchCase, expectJson, type Place } from './bench-case.ts';
import { clientHeaders, redeem, silentCode } from './silent.ts';

/** What is asked with tokens; each worker has its own. */
export const tokenCases: readonly BenchCase[] = [
  {
    name: 'refresh',
    async prepare(place) {
      const tokens = await tokensOfAll(place);
      return async (worker) => {
        const answer = await place.send('/token', {
          method: 'POST',
          headers: clientHeaders(),
          form: { grant_type: 'refresh_token', refresh_token: tokens[worker]?.refresh_token ?? '' },
        });
        const { refresh_token: next } = expectJson(answer, 'id_token');
        if (next !== undefined && tokens[worker]) tokens[worker].refresh_token = next;
      };
    },
  },
  {
    name: 'userinfo',
    async prepare(place) {
      const tokens = await tokensOfAll(place);
      return async (worker) => {
        const headers = { authorization: `Bearer ${tokens[worker]?.access_token}` };
        expectJson(await place.send('/userinfo', { headers }), 'account_number');
      };
    },
  },
  {
    name: 'introspection',
    async prepare(place) {
      const tokens = await tokensOfAll(place);
      return async (worker) => {
        const form = { token: tokens[worker]?.access_token ?? '' };
        const answer = await place.send('/token/introspection', {
          method: 'POST',
          headers: clientHeaders(),
          form,
        });
        expectJson(answer, 'active');
      };
    },
  },
];

function tokensOfAll(place: Place): Promise<Record<string, string>[]> {
  const redeemed = Array.from({ length: place.parallel }, async () => redeem(place, await silentCode(place)));
  return Promise.all(redeemed);
}
