import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { describeWith } from '../support/availability.ts';
import { root } from '../support/documentation.ts';

const folder = join(root, 'deploy/prometheus');

describeWith('promtool', (promtool) => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(promtool, args, { cwd: folder, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };

  test('accepts the settings and the alerts', () => {
    expect(run('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
    expect(run('check', 'rules', '--lint-fatal', 'alerts.yaml')).toMatchObject({ status: 0 });
  });

  test('each alert is set off by what it is for, and by nothing else', () => {
    const { status, output } = run('test', 'rules', 'alerts.test.yaml');
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});

test('each alert has a case that sets it off and one that does not', () => {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const names = parse(read('alerts.yaml')).groups[0].rules.map(({ alert }: { alert: string }) => alert);
  const cases = read('alerts.test.yaml');
  for (const name of names) {
    expect(cases).toMatch(new RegExp(`alertname: ${name}\\b[^\\n]*(?:\\n\\s+)?,? ?exp_alerts: \\[\\]`));
    expect(cases).toMatch(new RegExp(`alertname="${name}"|alertname: ${name}\\n\\s+exp_alerts:\\n`));
  }
});
