/** This process does nothing at all for so many milliseconds, as in a suspended machine: no timer, no socket. */
export function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
