import { start } from './start.ts';

await start({ env: process.env, cwd: process.cwd() });
