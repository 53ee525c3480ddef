import { registerHooks } from 'node:module';

/**
 * Runs once in each test process, before any test file: `@jest/globals` is only a stub outside of jest's own module
 * system, so the name leads to globals.ts here.
 */
const globals = new URL('./globals.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    return specifier === '@jest/globals' ? { url: globals, shortCircuit: true } : next(specifier, context);
  },
});

// When jest is ended, its processes go, too.
process.once('disconnect', () => process.exit());
