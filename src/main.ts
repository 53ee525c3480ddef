import { start } from './process/start.ts';

await start({ env: process.env, cwd: process.cwd() });
