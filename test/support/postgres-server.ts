import { execFileSync } from 'node:child_process';
import { copyFileSync, chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { type DatabaseServer, superviseServer } from './database-server.ts';
import { findProgram } from './find-program.ts';
import { findFreePort } from './free-port.ts';
import { giveTo, unprivileged } from './unprivileged.ts';

export interface PostgresOptions {
  /** PEM files of a certificate and its key: the server then speaks TLS too. */
  tls?: { cert: string; key: string };
}

const fast = ['fsync=off', 'full_page_writes=off', 'shared_buffers=16MB'];

/** A real PostgreSQL: no durability, one database `brand`, and an account `parley` that may only read. */
export async function startPostgres({ tls }: PostgresOptions = {}): Promise<DatabaseServer> {
  // initdb and postgres of one installation: a machine may have a program of another on its PATH.
  const programs = dirname(realpathSync(findProgram('initdb') ?? ''));
  const folder = mkdtempSync(join(tmpdir(), 'parley-postgres-'));
  const owner = unprivileged(['postgres']);
  giveTo(owner, folder);
  const data = join(folder, 'data');
  const init = [
    '-D',
    data,
    '-U',
    'owner',
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
    '--locale=C',
    '--encoding=UTF8',
    '--no-sync',
  ];
  execFileSync(join(programs, 'initdb'), init, { ...owner, stdio: 'ignore' });

  const port = await findFreePort();
  const settings = [
    ...fast,
    `listen_addresses=127.0.0.1`,
    `port=${port}`,
    `unix_socket_directories=${folder}`,
  ];
  if (tls) settings.push('ssl=on', ...installCertificate(tls, folder, owner));
  const run: DatabaseServer['run'] = async (...statements) => {
    const client = new Client({ host: folder, port, user: 'owner', database: 'postgres' });
    client.on('error', () => {});
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) ({ rows } = await client.query(statement));
      return rows;
    } finally {
      await client.end();
    }
  };
  const server = await superviseServer({
    program: join(programs, 'postgres'),
    args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    owner,
    // "Immediate shutdown": no goodbye to anybody, recovery at the next start.
    killSignal: 'SIGQUIT',
    stopSignal: 'SIGQUIT',
    connect: async () => void (await run('select 1')),
  });
  await run("create role parley login password 'p@ss/word'", 'grant pg_read_all_data to parley');
  return {
    port,
    url: `postgres://parley:p%40ss%2Fword@127.0.0.1:${port}/postgres`,
    run,
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

/** The key must be the server's own and nobody else's to read. */
function installCertificate(
  { cert, key }: { cert: string; key: string },
  folder: string,
  owner: ReturnType<typeof unprivileged>,
): string[] {
  const [ownCert, ownKey] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  copyFileSync(cert, ownCert);
  copyFileSync(key, ownKey);
  chmodSync(ownKey, 0o600);
  giveTo(owner, ownCert, ownKey);
  return [`ssl_cert_file=${ownCert}`, `ssl_key_file=${ownKey}`];
}
