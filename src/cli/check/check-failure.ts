import { LivePersonRefusal } from '../../twin/liveperson/refusal.ts';
import { fixFor } from './fix-for.ts';
import type { Finding, Report } from './report.ts';

/** A step did not come out right, and what to do about it. */
export class CheckFailure extends Error {
  readonly finding: Finding;

  constructor(sentence: string, fix: string, code?: string) {
    super(sentence);
    this.name = 'CheckFailure';
    this.finding = { sentence, fix, ...(code !== undefined && { code }) };
  }
}

/** Runs one step and reports a failure of it. @returns undefined when it failed */
export async function attempt<T>(
  report: Report,
  step: string,
  work: () => Promise<T> | T,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CheckFailure) report.fail(step, error.finding);
    else if (error instanceof LivePersonRefusal) {
      const { code, reason, sentence } = error;
      report.fail(step, { sentence, code, fix: fixFor[reason] });
    } else throw error;
    return undefined;
  }
}
