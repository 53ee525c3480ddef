import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type AccountApi, startAccountApi } from '../support/account-api.ts';
import { describeWith } from '../support/availability.ts';
import { root } from '../support/documentation.ts';
import { findFreePort } from '../support/free-port.ts';
import { encryptionKey, livechatBrand, signInToChat } from '../support/livechat-site.ts';
import { type RunningLiveChat, startLiveChatTwin } from '../support/livechat-twin.ts';
import { poll } from '../support/poll.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { authorizationUrl, exchange, refresh, signIn } from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { servingWorkers } from '../support/workers.ts';

interface Panel {
  title: string;
  type: string;
  targets?: { expr: string }[];
}

const dashboard: { panels: Panel[] } = JSON.parse(
  readFileSync(join(root, 'deploy/grafana/parley.json'), 'utf8'),
);
const rules: { alert: string; expr: string }[] = parse(
  readFileSync(join(root, 'deploy/prometheus/alerts.yaml'), 'utf8'),
).groups[0].rules;

/** As Grafana fills in its variables; two readings a second apart must be in a window. */
const filledIn = (expression: string) =>
  expression.replaceAll('$__rate_interval', '1m').replaceAll('"$brand"', '".*"');

const expressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }, index) => [title, index, filledIn(expr)] as const),
);

const dana = { id: 'c-dana', login: 'dana', password: 'dana-password', status: 'active' as const };

describeWith('redis-server', () => {
  describeWith('prometheus', (program) => {
    let redis: RedisServer;
    let api: AccountApi;
    let livechat: RunningLiveChat;
    let parley: ParleyProcess;
    let prometheus: Prometheus;

    beforeAll(async () => {
      redis = await startRedis({ settings: ['maxmemory 100mb'] });
      livechat = await startLiveChatTwin();
      api = await startAccountApi({
        accounts: [{ ...dana, first_name: 'Dana', account: { number: '4711' }, billing: { balance: 1 } }],
      });
      const accounts = {
        http: {
          url: api.url,
          disabled: "status != 'active'",
          login: { path: '/sessions', id: 'account.id' },
        },
      };
      const token = livechat.control.connectAgent().accessToken;
      const port = await findFreePort();
      parley = await spawnParley({
        store: redis.url,
        brands: [
          livechatBrand(
            livechat.origin,
            { agent_token: token },
            { accounts, keys: { rotate_every: 90 * 86400 } },
          ),
        ],
        env: {
          PARLEY_METRICS: `127.0.0.1:${port}`,
          PARLEY_WORKERS: '2',
          PARLEY_ENCRYPTION_KEYS: encryptionKey,
        },
      });
      prometheus = await startPrometheus(program, `127.0.0.1:${port}`);
      await poll(
        'Prometheus has read Parley',
        30_000,
        async () => (await prometheus.query('up{job="parley"} == 1')).length > 0,
      );
      await exercise();
      await settle();
      // Rates need what they count to grow between two readings.
      await exercise();
      await settle();
    }, 180_000);
    afterAll(async () => {
      await prometheus?.stop();
      await parley?.stop();
      await Promise.all([api?.stop(), livechat?.stop(), redis?.stop()]);
    });

    /** Every metric gets something to count. */
    async function exercise(): Promise<void> {
      const web = webClient(parley);
      const landed = await signIn(new Visitor(parley.fetch), authorizationUrl(web), dana);
      const tokens = await exchange(web, landed.searchParams.get('code') ?? '');
      expect(tokens.status).toBe(200);
      await refresh(web, tokens.body.refresh_token);
      const chat = await signInToChat(parley, dana);
      expect((await chat.ask('fresh')).status).toBe(200);
      for (let attempt = 0; attempt < 12; attempt += 1)
        await signIn(new Visitor(parley.fetch), authorizationUrl(web), {
          login: 'mallory',
          password: 'wrong',
        });
      await parley.fetch(`${parley.issuer}/jwks`, { method: 'POST' });
    }

    async function settle(): Promise<void> {
      const before = await readings();
      await poll('three more readings', 60_000, async () => (await readings()) >= before + 3);
    }

    async function readings(): Promise<number> {
      const [found] = await prometheus.query('count_over_time(up{job="parley"}[10m])');
      return Number(found?.value[1] ?? 0);
    }

    test.each(expressions)('dashboard: %s (%i) shows something', async (title, _, expression) => {
      const result = await prometheus.query(expression);
      // Nothing failed here; that the expression can be evaluated is all that is asked of these.
      if (!quiet.has(title)) expect(result).not.toEqual([]);
      for (const { value } of result) expect(value[1]).not.toMatch(/Inf/);
    });

    const quiet: ReadonlySet<string> = new Set(['Requests that fail', 'Failures']);

    test.each(rules.map(({ alert, expr }) => [alert, expr] as const))(
      'alert %s is evaluated, and the metrics that it names are there',
      async (alert, expression) => {
        const state = (await prometheus.rules()).find(({ name }) => name === alert);
        expect(state).toMatchObject({ health: 'ok' });
        const metrics = expression.match(/\b(?:parley|nodejs|process)_\w+|\bup\b/g) ?? [];
        expect(metrics).not.toEqual([]);
        for (const metric of metrics) {
          if (metric === 'parley_store_failures_total') continue;
          expect([metric, (await prometheus.query(metric)).length > 0]).toEqual([metric, true]);
        }
      },
    );

    test('nothing fires while all is well', async () => {
      const firing = (await prometheus.rules()).filter(({ state }) => state === 'firing');
      expect(firing.map(({ name }) => name)).toEqual([]);
    });

    test('the alerts tell that the directory, the store, the platform and a worker went', async () => {
      const stateOf = async (alert: string) =>
        (await prometheus.rules()).find(({ name }) => name === alert)?.state;
      const web = webClient(parley);
      await api.cut();
      await poll('the directory alert is under way', 60_000, async () => {
        await signIn(new Visitor(parley.fetch), authorizationUrl(web), dana);
        return (await stateOf('ParleyDirectoryDown')) === 'pending';
      });
      await redis.kill();
      await poll(
        'the store alert is under way',
        60_000,
        async () => (await stateOf('ParleyStoreDown')) === 'pending',
      );
      await poll('requests fail', 60_000, async () => {
        await parley.fetch(authorizationUrl(web).href);
        return (
          (await stateOf('ParleyErrors')) === 'pending' && (await stateOf('ParleyStoreFailing')) === 'pending'
        );
      });
      for (let loss = 0; loss < 3; loss += 1) {
        const [victim] = servingWorkers(parley);
        process.kill(victim?.pid ?? 0, 'SIGKILL');
        await poll('another worker serves', 60_000, () => {
          const now = servingWorkers(parley);
          return now.length === 2 && now.every(({ pid }) => pid !== victim?.pid);
        });
      }
      await poll(
        'the worker alert fires',
        60_000,
        async () => (await stateOf('ParleyWorkersEnd')) === 'firing',
      );
    }, 240_000);
  });
});
