/** A command cannot do what was asked; the message is one sentence for the operator. */
export class CliError extends Error {
  /** 1: a problem; 2: the command was called in a wrong way. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
