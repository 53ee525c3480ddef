import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** One command about one key, for the node that owns the key. It is sent in one piece, when `send` is called. */
export interface Command<T> {
  key: string;
  send(redis: Redis, how: Delivery): Promise<T>;
}

export interface Delivery {
  /** The node does not know the script: send its text. */
  withText?: boolean;
  /** The key's slot is on its way to this node, which answers for it only when asked so. */
  asking?: boolean;
}

export function command<T>(key: string, send: (redis: Redis) => Promise<T>): Command<T> {
  return {
    key,
    send(redis, { asking }) {
      if (asking) ask(redis);
      return send(redis);
    },
  };
}

/**
 * Two commands for one connection, the second carried out behind the first, also when a script has to be sent again.
 * Not for a Cluster, where their keys may rest on two nodes.
 */
export function inTurn<First, Second>(
  first: Command<First>,
  second: Command<Second>,
): Command<[First, Second]> {
  return {
    key: first.key,
    send: (redis, how) => Promise.all([first.send(redis, how), second.send(redis, how)]),
  };
}

/**
 * A script of one key, sent by its hash. Not by the library's own named scripts: those send the text again on
 * their own, behind a WAIT that was meant for it.
 */
export function script(lua: string): Script<Argument[], never> {
  return prepare(lua, (redis, name, ...args) =>
    name === 'eval' ? redis.eval(...args) : redis.evalsha(...args),
  );
}

/** A script that answers with records: texts arrive as the bytes that they are. */
export function binaryScript(lua: string): Script<Argument[], never> {
  return prepare(lua, (redis, name, ...args) => redis.callBuffer(name, ...args));
}

type Call = (
  redis: Redis,
  name: 'eval' | 'evalsha',
  ...args: [lua: string, keys: 1, key: string, ...args: Argument[]]
) => Promise<unknown>;

function prepare(lua: string, call: Call): Script<Argument[], never> {
  const hash = createHash('sha1').update(lua).digest('hex');
  return (key, ...args) => ({
    key,
    send(redis, { withText, asking }) {
      if (asking) ask(redis);
      const answer = withText
        ? call(redis, 'eval', lua, 1, key, ...args)
        : call(redis, 'evalsha', hash, 1, key, ...args);
      return answer as Promise<never>;
    },
  });
}

export type Argument = string | number | Buffer;

/** What a script takes behind its key, and answers. */
export type Script<Args extends Argument[], T> = (key: string, ...args: Args) => Command<T>;

export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

function ask(redis: Redis): void {
  // Its failure is the failure of the command behind it.
  redis.asking().catch(() => {});
}
