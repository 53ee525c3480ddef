import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { type DatabaseServer, superviseServer } from './database-server.ts';
import { findProgram } from './find-program.ts';
import { findFreePort } from './free-port.ts';
import { giveTo, unprivileged } from './unprivileged.ts';

export interface MariadbOptions {
  /** PEM files of a certificate and its key: the server then speaks TLS too. */
  tls?: { cert: string; key: string };
}

const fast = [
  '--innodb-flush-log-at-trx-commit=2',
  '--innodb-buffer-pool-size=16M',
  '--innodb-log-file-size=4M',
  '--innodb-doublewrite=0',
  '--skip-log-bin',
  '--performance-schema=OFF',
];

/** A real MariaDB: no durability, one database `brand`, and an account `parley` that may only read. */
export async function startMariadb({ tls }: MariadbOptions = {}): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-mariadb-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const owner = unprivileged(['mysql']);
  giveTo(owner, folder, data);
  const install = findProgram('mariadb-install-db') ?? '';
  const initial = [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ];
  execFileSync(install, [...initial, '--innodb-log-file-size=4M'], { ...owner, stdio: 'ignore' });

  const port = await findFreePort();
  const socketPath = join(folder, 's.sock');
  const place = [`--datadir=${data}`, `--socket=${socketPath}`, '--bind-address=127.0.0.1', `--port=${port}`];
  const run: DatabaseServer['run'] = async (...statements) => {
    const connection = await createConnection({ socketPath, user: 'root', multipleStatements: true });
    connection.on('error', () => {});
    try {
      let rows: unknown = [];
      for (const statement of statements) [rows] = await connection.query(statement);
      return rows as Record<string, unknown>[];
    } finally {
      connection.destroy();
    }
  };
  const server = await superviseServer({
    program: findProgram('mariadbd') ?? '',
    args: ['--no-defaults', ...place, ...fast, ...(tls ? installCertificate(tls, folder, owner) : [])],
    owner,
    killSignal: 'SIGKILL',
    stopSignal: 'SIGKILL',
    connect: async () => void (await run('select 1')),
  });
  await run(
    'create database brand character set utf8mb4',
    "create user parley@'%' identified by 'p@ss/word'",
    "grant select on brand.* to parley@'%'",
  );
  return {
    port,
    url: `mariadb://parley:p%40ss%2Fword@127.0.0.1:${port}/brand`,
    run: (...statements) => run('use brand', ...statements),
    kill: server.kill,
    async start(other) {
      if (other) installCertificate(other, folder, owner);
      await server.start();
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function installCertificate(
  { cert, key }: { cert: string; key: string },
  folder: string,
  owner: ReturnType<typeof unprivileged>,
): string[] {
  const [ownCert, ownKey] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  copyFileSync(cert, ownCert);
  copyFileSync(key, ownKey);
  giveTo(owner, ownCert, ownKey);
  return [`--ssl-cert=${ownCert}`, `--ssl-key=${ownKey}`];
}
