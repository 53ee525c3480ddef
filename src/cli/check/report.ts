/** The list that `parley check` prints while it goes: one line a step, and what to do about those that failed. */
export interface Report {
  section(title: string): void;
  ok(step: string, note: string): void;
  warn(step: string, note: string): void;
  /** Nothing can be said, and why. */
  unknown(step: string, note: string): void;
  fail(step: string, finding: Finding): void;
  readonly failed: number;
  /** How many of each, in one line. */
  summary(): string;
  /** Every step so far. */
  steps(): readonly CheckStep[];
}

/** One line of the list, for programs. */
export interface CheckStep {
  section: string;
  step: string;
  outcome: Outcome;
  note: string;
  code?: string;
  fix?: string;
}

export interface Finding {
  sentence: string;
  /** What LivePerson is likely to show; absent where its window just stays silent. */
  code?: string;
  fix: string;
}

type Outcome = 'ok' | 'warning' | 'unknown' | 'failed';

export function createReport(write: (line: string) => void): Report {
  const counts: Record<Outcome, number> = { ok: 0, warning: 0, unknown: 0, failed: 0 };
  const steps: CheckStep[] = [];
  let current = '';
  const say = (
    outcome: Outcome,
    step: string,
    note: string,
    more: { code?: string; fix?: string } = {},
  ): void => {
    counts[outcome] += 1;
    steps.push({ section: current, step, outcome, note, ...more });
    write(`  ${outcome.padEnd(8)} ${step}: ${note}`);
  };
  const indent = ' '.repeat(11);
  return {
    section(title) {
      current = title;
      write(`\n${title}`);
    },
    steps: () => steps,
    ok: (step, note) => say('ok', step, note),
    warn: (step, note) => say('warning', step, note),
    unknown: (step, note) => say('unknown', step, note),
    fail(step, { sentence, code, fix }) {
      say('failed', step, sentence, { ...(code !== undefined && { code }), fix });
      if (code !== undefined) write(`${indent}LivePerson is likely to show: ${nameOf(code)}`);
      write(`${indent}Fix: ${fix}`);
    },
    get failed() {
      return counts.failed;
    },
    summary: () =>
      (Object.keys(counts) as Outcome[])
        .filter((outcome) => outcome === 'ok' || counts[outcome] > 0)
        .map((outcome) => `${counts[outcome]} ${outcome}`)
        .join(', '),
  };
}

function nameOf(code: string): string {
  return code === '10' ? 'internalCode 10' : code;
}
