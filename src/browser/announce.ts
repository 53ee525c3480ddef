import type { ParleyEvents } from './contract.ts';

/** Tells the page. @returns false when a listener has called `preventDefault()` */
export function announce<Name extends keyof ParleyEvents>(name: Name, detail: ParleyEvents[Name]): boolean {
  return dispatchEvent(new CustomEvent(`parley:${name}`, { detail, cancelable: true }));
}
