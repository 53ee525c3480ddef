import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AuditRecord, AuditSink } from './audit-log.ts';
import type { Chain } from './chain.ts';

export interface FileSinkOptions {
  file: string;
  /** Absent: plain lines. */
  chain?: Chain | undefined;
  onError(error: unknown): void;
  /** Milliseconds since the epoch. */
  now(): number;
}

/**
 * Lines in a file that several processes may append to: each line is one write at the end of the file. Written
 * before the request's answer leaves, and handed to the operating system, not to the disk (no fsync).
 *
 * @throws when the file cannot be opened at the start: whoever wants an audit log must not run without
 */
export function createFileSink({ file, chain, onError, now }: FileSinkOptions): AuditSink {
  let descriptor = open(file);
  const seal = (line: object) => (chain ? chain.seal(line) : JSON.stringify(line));
  const write = (record: AuditRecord, at: number): void => {
    // Sealed even if it cannot be written: the gap will show.
    const line = `${seal({ time: new Date(at).toISOString(), ...record })}\n`;
    try {
      appendFileSync(descriptor, line);
    } catch (error) {
      onError(error);
    }
  };
  const note = (event: AuditRecord['event']) => write({ event }, now());
  note('audit.opened');
  return {
    write,
    reopen() {
      try {
        const fresh = open(file);
        closeSync(descriptor);
        descriptor = fresh;
        note('audit.reopened');
      } catch (error) {
        onError(error);
      }
    },
    close() {
      note('audit.closed');
      closeSync(descriptor);
    },
  };
}

/** For its owner alone: it says who did what, if not under which name. */
function open(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return openSync(file, 'a', 0o600);
}
