import { createConnection } from 'node:net';

/** One connection to an agent's socket, opened when it is needed and again after it broke. */
export interface AgentConnection {
  /** One message there, its answer back; in order, several at once. Rejects with an Error whose message is a reason. */
  ask(message: Buffer): Promise<Buffer>;
  /** Whether somebody listens; asks nothing when the connection stands. */
  connect(): Promise<void>;
  close(): void;
}

export interface AgentConnectionOptions {
  path: string;
  /** Milliseconds until somebody listens, and for each answer. */
  timeout: number;
}

interface Waiting {
  resolve(answer: Buffer): void;
  timer: NodeJS.Timeout;
  reject(reason: Error): void;
}

interface OpenConnection {
  ask(message: Buffer): Promise<Buffer>;
  destroy(): void;
}

/** An answer is small; whoever says otherwise is no agent. */
const longest = 256 * 1024;

export function createAgentConnection(options: AgentConnectionOptions): AgentConnection {
  let opening: Promise<OpenConnection> | undefined;

  function connect(): Promise<OpenConnection> {
    if (opening) return opening;
    const opened = openConnection(options, () => {
      if (opening === opened) opening = undefined;
    });
    opening = opened;
    return opened;
  }

  return {
    ask: async (message) => (await connect()).ask(message),
    async connect() {
      await connect();
    },
    close() {
      void opening?.then(
        (connection) => connection.destroy(),
        () => {},
      );
    },
  };
}

/** @param onEnd called once when it is of no use any more, before anybody is told */
function openConnection(
  { path, timeout }: AgentConnectionOptions,
  onEnd: () => void,
): Promise<OpenConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenConnection>();
  const socket = createConnection({ path });
  const waiting: Waiting[] = [];
  let received = Buffer.alloc(0);

  /** Answers carry no names: after one that did not come, nothing on this connection can be told apart. */
  function end(reason: Error): void {
    onEnd();
    socket.destroy();
    reject(reason);
    for (const entry of waiting.splice(0)) {
      clearTimeout(entry.timer);
      entry.reject(reason);
    }
  }

  function ask(message: Buffer): Promise<Buffer> {
    const answer = Promise.withResolvers<Buffer>();
    const giveUp = () => waiting.includes(entry) && end(new Error('no answer in time'));
    // After a standstill of this process timers run before what has come meanwhile is read; immediates run behind that.
    const timer = setTimeout(() => setImmediate(giveUp), timeout);
    const entry: Waiting = { resolve: answer.resolve, reject: answer.reject, timer };
    waiting.push(entry);
    socket.write(withLength(message));
    return answer.promise;
  }

  function take(chunk: Buffer): void {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4) {
      const length = received.readUInt32BE(0);
      if (length > longest) return end(new Error('an answer that no agent gives'));
      if (received.length < 4 + length) return;
      const next = waiting.shift();
      clearTimeout(next?.timer);
      next?.resolve(received.subarray(4, 4 + length));
      received = received.subarray(4 + length);
    }
  }

  const patience = setTimeout(() => end(new Error('nobody took the connection')), timeout);
  void promise.then(
    () => clearTimeout(patience),
    () => clearTimeout(patience),
  );
  socket.once('connect', () => resolve({ ask, destroy: () => end(new Error('the connection was closed')) }));
  socket.once('error', (error: NodeJS.ErrnoException) => end(new Error(error.code ?? 'connection failed')));
  socket.once('close', () => end(new Error('the connection was closed')));
  socket.on('data', take);
  return promise;
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}
