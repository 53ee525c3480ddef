import { type BenchCase, expectJson } from './bench-case.ts';

/** What a page with LiveChat's widget asks for at each view; the bare server has nothing of the kind. */
export const livechatCases: readonly BenchCase[] = [
  {
    name: 'LiveChat token, kept',
    bareCase: null,
    again: true,
    prepare: async ({ send, nextCookie, subject }) => {
      return async () => {
        const answer = await send('/page/livechat/token', {
          method: 'POST',
          headers: { cookie: nextCookie(), origin: subject.issuer },
          form: { client_id: 'livechat' },
        });
        expectJson(answer, 'accessToken');
      };
    },
  },
];
