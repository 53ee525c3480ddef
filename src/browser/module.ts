/** The same as an ES module. */
export { createParley } from './create-parley.ts';
