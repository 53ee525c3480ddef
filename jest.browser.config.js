import base from './jest.config.js';

/**
 * What only a real browser decides: windows, cookies, policies, the pages as people see them. `npm run test:browser`.
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testMatch: ['<rootDir>/test/browser/**/*.test.ts', '<rootDir>/test/**/*.browser.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Twice as long as Playwright waits, which then says for what.
  testTimeout: 60_000,
};
