import { Redis } from 'ioredis';
import { poll } from './poll.ts';

/** What clients send to a Redis while the work runs; what scripts do inside is left out. */
export async function recordCommands(
  { url }: { url: string },
  work: () => Promise<unknown>,
): Promise<string[][]> {
  const commands: string[][] = [];
  const admin = new Redis(url);
  // The client takes what it sees before its own MONITOR is answered for an answer: nobody may be connecting then.
  await admin.ping();
  const monitor = await admin.monitor();
  monitor.on('monitor', (_time: string, command: string[], source: string) => {
    if (source !== 'lua') commands.push(command);
  });
  await work();
  await admin.echo('recorded');
  await poll('the monitor has seen everything', 30_000, () =>
    commands.some(([name]) => name?.toLowerCase() === 'echo'),
  );
  monitor.disconnect();
  admin.disconnect();
  return commands.filter(([name]) => name?.toLowerCase() !== 'echo');
}
