import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ldapts';
import type { Certificates } from './certificates.ts';
import { findFreePort } from './free-port.ts';
import { poll } from './poll.ts';

export interface SlapdOptions {
  /** Where slapd is. */
  program: string;
  /** For LDAPS and StartTLS, for `localhost`. */
  certificates?: Certificates;
  /** Added in this order. */
  entries: readonly LdapEntry[];
}

export interface LdapEntry {
  dn: string;
  attributes: Record<string, string | string[] | Buffer>;
}

export interface Slapd {
  /** ldap://localhost:…, in the open. */
  url: string;
  /** ldaps://localhost:… */
  secureUrl: string;
  rootDn: string;
  rootPassword: string;
  /** A connection signed in as root, to change entries by hand. */
  asRoot<T>(work: (client: Client) => Promise<T>): Promise<T>;
  /** SIGKILL; what was stored stays. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Keeps its connections but answers nobody until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export const suffix = 'dc=acme,dc=example';
const rootDn = `cn=root,${suffix}`;
const rootPassword = 'root-of-the-test';

/** A real slapd with a database of its own below `dc=acme,dc=example`; people may sign in, and only root may read. */
export async function startSlapd({ program, certificates, entries }: SlapdOptions): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-slapd-'));
  mkdirSync(join(folder, 'data'));
  const configuration = join(folder, 'slapd.conf');
  writeFileSync(configuration, describeServer(folder, certificates));
  const [port, securePort] = [await findFreePort(), await findFreePort()];
  const urls = [`ldap://127.0.0.1:${port}`, ...(certificates ? [`ldaps://127.0.0.1:${securePort}`] : [])];
  const launch = () => launchServer(program, ['-f', configuration, '-h', urls.join(' '), '-d', '0'], port);
  let server = await launch();

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGCONT');
    server.kill(signal);
    await exited;
  }

  const slapd: Slapd = {
    url: `ldap://localhost:${port}`,
    secureUrl: `ldaps://localhost:${securePort}`,
    rootDn,
    rootPassword,
    async asRoot(work) {
      const client = new Client({ url: `ldap://127.0.0.1:${port}`, timeout: 20_000 });
      try {
        await client.bind(rootDn, rootPassword);
        return await work(client);
      } finally {
        await client.unbind();
      }
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      server = await launch();
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async stop() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await slapd.asRoot(async (client) => {
    for (const { dn, attributes } of entries) await client.add(dn, toAttributes(attributes));
  });
  return slapd;
}

function describeServer(folder: string, certificates: Certificates | undefined): string {
  const schemas = '/etc/ldap/schema';
  const modules = ['/usr/lib/ldap', '/usr/lib64/openldap'].find(existsSync) ?? '/usr/lib/ldap';
  const tls = certificates
    ? [`TLSCertificateFile ${certificates.cert}`, `TLSCertificateKeyFile ${certificates.key}`]
    : [];
  return [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include ${schemas}/${name}.schema`),
    ...activeDirectory,
    `pidfile ${folder}/slapd.pid`,
    `modulepath ${modules}`,
    ...['back_mdb', 'memberof', 'argon2'].map((name) => `moduleload ${name}`),
    ...tls,
    'database mdb',
    `suffix "${suffix}"`,
    `rootdn "${rootDn}"`,
    `rootpw ${rootPassword}`,
    `directory ${folder}/data`,
    'index objectClass,uid,mail,entryUUID eq',
    'overlay memberof',
    'access to attrs=userPassword by anonymous auth by * none',
    // Parley's own entry reads, nobody else does: a search without its sign-in finds nothing.
    `access to * by dn.exact="cn=parley,${suffix}" read by * none`,
    '',
  ].join('\n');
}

/** The two attributes of Active Directory that matter here, with their own numbers. */
const activeDirectory = [
  "attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )",
  "attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
  "objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP top AUXILIARY MAY ( objectGUID $ userAccountControl ) )",
];

function toAttributes(attributes: LdapEntry['attributes']) {
  // The library's type knows texts only, and writes bytes as they are.
  return attributes as Record<string, string | string[]>;
}

async function launchServer(program: string, args: string[], port: number): Promise<ChildProcess> {
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr?.on('data', (data: Buffer) => {
    said += data.toString();
  });
  // A test run that dies must not leave a server behind.
  const endWithUs = () => void server.kill('SIGKILL');
  process.once('exit', endWithUs);
  server.once('exit', () => process.removeListener('exit', endWithUs));
  await poll(`slapd listens on ${port}`, 60_000, () => {
    if (server.exitCode !== null) throw new Error(`slapd ended with ${server.exitCode}: ${said}`);
    return listens(port);
  });
  return server;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
