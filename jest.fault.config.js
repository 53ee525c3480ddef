import base from './jest.config.js';

/** The slow suites: processes killed again and again, stores that vanish. `npm run test:fault`. */
/** @type {import('jest').Config} */
export default {
  ...base,
  testMatch: ['<rootDir>/test/fault/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
  // Each suite runs several processes of its own; more at once would measure the machine, not Parley.
  maxWorkers: 1,
};
