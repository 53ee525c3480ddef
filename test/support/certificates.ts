import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** PEM of the authority. */
  ca: string;
  /** Files of the server's certificate and key. */
  cert: string;
  key: string;
  /** Both in one file, as haproxy reads them. */
  bundle: string;
}

/** One more certificate of the same authority, for a client of this common name. @returns PEM */
export function createClientCertificate(
  openssl: string,
  folder: string,
  commonName: string,
): { cert: string; key: string } {
  const file = (name: string) => join(folder, `${commonName}.${name}`);
  const run = (...args: string[]) => execFileSync(openssl, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('key')];
  run('req', ...newKey, '-subj', `/CN=${commonName}`, '-out', file('csr'));
  const signing = ['-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca.key'), '-CAcreateserial'];
  run('x509', '-req', '-in', file('csr'), ...signing, '-days', '2', '-out', file('pem'));
  return { cert: readFileSync(file('pem'), 'utf8'), key: readFileSync(file('key'), 'utf8') };
}

/** An authority of the test's own and one server certificate for these names, made by openssl in `folder`. */
export function createCertificates(openssl: string, folder: string, names: readonly string[]): Certificates {
  const file = (name: string) => join(folder, name);
  const run = (...args: string[]) => execFileSync(openssl, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = (key: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    file(key),
  ];

  run(
    'req',
    '-x509',
    ...newKey('ca.key'),
    '-subj',
    '/CN=Test authority',
    '-days',
    '2',
    '-out',
    file('ca.pem'),
  );
  run('req', ...newKey('server.key'), '-subj', `/CN=${names[0]}`, '-out', file('server.csr'));
  writeFileSync(
    file('names'),
    `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\nbasicConstraints=CA:FALSE\n`,
  );
  const signing = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2'];
  run(
    'x509',
    '-req',
    '-in',
    file('server.csr'),
    ...signing,
    '-extfile',
    file('names'),
    '-out',
    file('server.pem'),
  );
  writeFileSync(
    file('bundle.pem'),
    readFileSync(file('server.pem'), 'utf8') + readFileSync(file('server.key'), 'utf8'),
  );
  return {
    ca: readFileSync(file('ca.pem'), 'utf8'),
    cert: file('server.pem'),
    key: file('server.key'),
    bundle: file('bundle.pem'),
  };
}
