import { isFile } from '../config-folder.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';
import type { ServerConfig } from '../server-schema.ts';
import { isLoopbackHost } from '../web-address.ts';

/** Nobody calls the admin interface unproved, and no secret of a caller travels in the clear. */
export function checkAdmin({ admin, port }: ServerConfig): Problem[] {
  if (!admin) return [];
  const { tls, certificates, oauth, host } = admin;
  const problems: Problem[] = [];
  if (!certificates && !oauth) {
    problems.push(error(['admin'], 'lets nobody in', 'add certificates, or oauth, or both'));
  }
  if (certificates && !tls) {
    problems.push(error(['admin', 'certificates'], 'need tls', 'add tls: { cert: …, key: … } to admin'));
  }
  if (!tls && !isLoopbackHost(host)) {
    problems.push(
      error(['admin', 'host'], 'is not loopback, and tls is missing', 'add tls, or use localhost'),
    );
  }
  if (admin.port !== 0 && admin.port === port) {
    problems.push(error(['admin', 'port'], "is the server's own port", 'use another one'));
  }
  const files = [
    [['admin', 'tls', 'cert'], tls?.cert],
    [['admin', 'tls', 'key'], tls?.key],
    [['admin', 'certificates', 'ca'], certificates?.ca],
  ] as const;
  const missing = files.filter(([, path]) => path !== undefined && !isFile(path));
  const fix = 'write the path of a PEM file, from the working directory';
  return [...problems, ...missing.map(([path]) => error(path, 'names no file', fix))];
}
