import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './documentation.ts';
import { endWithUs } from './end-with-us.ts';
import { findFreePort } from './free-port.ts';
import { poll } from './poll.ts';

export interface QueryResult {
  metric: Record<string, string>;
  value: [time: number, value: string];
}

export interface RuleState {
  name: string;
  query: string;
  /** `ok` once it was evaluated. */
  health: 'ok' | 'err' | 'unknown';
  lastError?: string;
  state: 'inactive' | 'pending' | 'firing';
}

export interface Prometheus {
  /** Rejects with Prometheus' own words when the expression is none. */
  query(expression: string): Promise<QueryResult[]>;
  rules(): Promise<RuleState[]>;
  stop(): Promise<void>;
}

/** A real Prometheus with the settings of deploy/prometheus, on this target and faster. @param program its path */
export async function startPrometheus(program: string, target: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-prometheus-'));
  const port = await findFreePort();
  const source = join(root, 'deploy/prometheus');
  const settings = await readFile(join(source, 'prometheus.yml'), 'utf8');
  await writeFile(
    join(folder, 'prometheus.yml'),
    settings.replaceAll('15s', '1s').replace('127.0.0.1:9464', target),
  );
  await copyFile(join(source, 'alerts.yaml'), join(folder, 'alerts.yaml'));
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  endWithUs(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const address = `http://127.0.0.1:${port}`;

  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(`${address}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; error?: string; data: T };
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await poll('Prometheus is ready', 60_000, async () => {
      if (child.exitCode !== null) throw new Error(`prometheus ended: ${said}`);
      return await fetch(`${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    query: async (expression) =>
      (await ask<{ result: QueryResult[] }>(`query?query=${encodeURIComponent(expression)}`)).result,
    async rules() {
      const { groups } = await ask<{ groups: { rules: RuleState[] }[] }>('rules');
      return groups.flatMap(({ rules }) => rules);
    },
    stop,
  };
}
