/**
 * Test files run in plain Node, which reads TypeScript by itself: a package is loaded once for each test process and
 * not once for each file.
 * @type {import('jest').Config}
 */
export default {
  runner: '<rootDir>/test/runner/process-runner.ts',
  // Jest keeps one core for itself otherwise; most suites wait for servers and browsers.
  maxWorkers: '100%',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/fault/',
    '<rootDir>/test/browser/',
    '\\.browser\\.test\\.ts$',
  ],
  setupFiles: ['<rootDir>/test/runner/setup.ts'],
  // A process of Parley takes its time to start on a busy machine, and some tests start several.
  testTimeout: 60_000,
  transform: {},
};
