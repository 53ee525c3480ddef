import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { endWithUs } from './support/end-with-us.ts';

/** Runs a program that has a log of its own as `log`, and collects what it writes. */
function run(program: string) {
  const module = new URL('../src/log.ts', import.meta.url).href;
  const text = `import { createLog } from '${module}';\nconst log = createLog({ level: 'info' });\n${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  endWithUs(child);
  const chunks: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const closed = once(child, 'close');
  return {
    chunks,
    child,
    /** The lines' numbers, once it has ended. */
    async numbers() {
      await closed;
      const lines = chunks.join('').split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line).number);
    },
  };
}

const thousand = Array.from({ length: 1000 }, (_, number) => number);
const writeThousand = 'for (let number = 0; number < 1000; number += 1) log.info({ number }, "line");';

test.each([
  ['comes to its end', ''],
  ['is ended', 'process.exit(0);'],
  ['fails', 'setImmediate(() => { throw new Error("unexpected"); });'],
  ['fails after a while', 'setTimeout(() => { throw new Error("unexpected"); }, 30);'],
  ['writes a fatal line and is killed', 'log.fatal({ number: 1000 }); process.kill(process.pid, "SIGKILL");'],
  ['writes an error and is killed', 'log.error({ number: 1000 }); process.kill(process.pid, "SIGKILL");'],
])('a process that %s has written every line, once and in order', async (_, end) => {
  const numbers = await run(`${writeThousand}\n${end}`).numbers();
  expect(numbers.slice(0, 1000)).toEqual(thousand);
});

test.each([
  ['a line', 'log.info({ number: 1 });'],
  ['an error', 'log.error({ number: 1 });'],
])('%s does not wait for others', async (_, write) => {
  const { child, numbers } = run(`${write}\nsetInterval(() => {}, 1000);`);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  child.kill('SIGKILL');
  expect(await numbers()).toEqual([1]);
});

test('the logs of one process are all written at its end, however many, and nothing warns of them', async () => {
  const numbers = await run(`
    process.once('warning', ({ message }) => log.error({ number: message }));
    const logs = Array.from({ length: 20 }, () => createLog({ level: 'info' }));
    for (const [number, each] of logs.entries()) each.info({ number });
  `).numbers();
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, number) => number));
});

test('lines are gathered, and no write is larger than a pipe takes whole', async () => {
  const numbers = await run(`
    const { default: fs } = await import('node:fs');
    const { writeSync } = fs;
    const sizes = [];
    fs.writeSync = (descriptor, text, ...rest) => {
      sizes.push(Buffer.byteLength(text));
      return writeSync(descriptor, text, ...rest);
    };
    process.once('exit', () => {
      for (const number of [sizes.length, Math.max(...sizes)]) writeSync(1, JSON.stringify({ number }) + '\\n');
    });
    for (let number = 0; number < 300; number += 1) log.info({ number }, "x".repeat(number));
  `).numbers();
  expect(numbers).toHaveLength(302);
  const [writes, largest] = numbers.slice(300);
  expect(writes).toBeLessThan(60);
  expect(largest).toBeGreaterThan(2048);
  expect(largest).toBeLessThanOrEqual(4096);
});
