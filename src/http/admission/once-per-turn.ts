/** Gathers what comes in one turn of the event loop, and hands it on at its end. */
export function oncePerTurn<T>(handle: (gathered: T[]) => void): (one: T) => void {
  let gathered: T[] = [];
  return (one) => {
    gathered.push(one);
    if (gathered.length > 1) return;
    setImmediate(() => {
      const all = gathered;
      gathered = [];
      handle(all);
    });
  };
}
