import { add, type Frame, ownerOf } from './frames.ts';

interface Node {
  callFrame: Frame;
  /** Bytes. */
  selfSize: number;
  children: Node[];
}

/** Bytes between two samples. */
const samplingInterval = 4096;

/**
 * What a process allocates while the work runs, gone meanwhile or not.
 *
 * @param port of its inspector (`--inspect`)
 * @returns bytes by owner
 */
export async function sampleAllocations(
  port: number,
  work: () => Promise<void>,
): Promise<Map<string, number>> {
  const inspector = await connect(port);
  await inspector.ask('HeapProfiler.startSampling', {
    samplingInterval,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await work();
  const { profile } = (await inspector.ask('HeapProfiler.stopSampling')) as { profile: { head: Node } };
  inspector.close();
  const owners = new Map<string, number>();
  const visit = (node: Node, callers: readonly Frame[]): void => {
    const stack = [node.callFrame, ...callers];
    add(owners, ownerOf(stack), node.selfSize);
    for (const child of node.children) visit(child, stack);
  };
  visit(profile.head, []);
  return owners;
}

async function connect(port: number) {
  const targets = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await targets.json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  const waiting = new Map<number, (result: unknown) => void>();
  let asked = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: unknown };
    waiting.get(id)?.(result);
  });
  await new Promise((resolve) => {
    socket.addEventListener('open', resolve, { once: true });
  });
  return {
    ask(method: string, params: object = {}): Promise<unknown> {
      asked += 1;
      const id = asked;
      socket.send(JSON.stringify({ id, method, params }));
      return new Promise((resolve) => waiting.set(id, resolve));
    },
    close: () => socket.close(),
  };
}
