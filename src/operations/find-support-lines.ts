/** What the logs say about one support id, and about the trace that it belongs to. */

/** One line of a log, whichever it is. */
export interface LogLine {
  /** ISO 8601. */
  time: string;
  source: 'log' | 'audit';
  supportId: string;
  traceId?: string;
  /** Everything that the line says, as it was written. */
  fields: Readonly<Record<string, unknown>>;
}

export interface SupportFindings {
  /** In the order of time. */
  lines: LogLine[];
  traceIds: string[];
  /** Of other requests in the same traces. */
  related: LogLine[];
}

/** A log that can be read as often as wanted. */
export type OpenLog = () => AsyncIterable<string>;

/** @param logs each is read at most twice: for the id, then for the traces that it belongs to */
export async function findSupportLines(
  logs: readonly OpenLog[],
  supportId: string,
): Promise<SupportFindings> {
  const lines = await collect(logs, [supportId], (line) => line.supportId === supportId);
  const traceIds = [...new Set(lines.flatMap(({ traceId }) => traceId ?? []))];
  const related =
    traceIds.length === 0
      ? []
      : await collect(
          logs,
          traceIds,
          ({ traceId, supportId: other }) =>
            traceId !== undefined && traceIds.includes(traceId) && other !== supportId,
        );
  return { lines, traceIds, related };
}

/** Logs are large and such lines are rare: only a line that contains one of the words is taken apart. */
async function collect(
  logs: readonly OpenLog[],
  words: readonly string[],
  isWanted: (line: LogLine) => boolean,
): Promise<LogLine[]> {
  const found = new Map<string, LogLine>();
  for (const open of logs) {
    for await (const text of open()) {
      if (!words.some((word) => text.includes(word))) continue;
      const line = parseLine(text);
      // The audit log may have gone into the log as well as into a file of its own.
      if (line && isWanted(line)) found.set(JSON.stringify(line.fields), line);
    }
  }
  return [...found.values()].toSorted((a, b) => a.time.localeCompare(b.time));
}

/** Collectors put a name or a time in front of what the program wrote. */
function parseLine(text: string): LogLine | undefined {
  const start = text.indexOf('{');
  if (start < 0) return undefined;
  try {
    const fields = JSON.parse(text.slice(start)) as Record<string, unknown>;
    const { time, supportId, traceId, event, stream } = fields;
    if (typeof time !== 'string' || typeof supportId !== 'string') return undefined;
    const isAudit = stream === 'audit' || (typeof event === 'string' && fields['level'] === undefined);
    return {
      time,
      source: isAudit ? 'audit' : 'log',
      supportId,
      ...(typeof traceId === 'string' && { traceId }),
      fields,
    };
  } catch {
    return undefined;
  }
}
