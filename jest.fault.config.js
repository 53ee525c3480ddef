import base from './jest.config.js';

/**
 * The slow suites: processes killed again and again, stores that vanish. `npm run test:fault`.
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testMatch: ['<rootDir>/test/fault/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Processes are killed and started again, and stores elect.
  testTimeout: 120_000,
};
