/**
 * SIGHUP as daemons understand it: read the configuration again. A terminal that is closed sends it too, and what
 * runs in one is to end then.
 * @returns whether it is listened to
 */
export function onHangUp(reload: () => void): boolean {
  if (process.stdout.isTTY) return false;
  process.on('SIGHUP', reload);
  return true;
}
