#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { randomBytes } from 'node:crypto';
import { createCommands } from './commands.ts';
import { run } from './run.ts';

/** The command line as a process. */
const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  randomBytes,
};

process.exitCode = await run(process.argv.slice(2), io, createCommands(io));
