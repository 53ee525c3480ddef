/** Name and password of one server or of all nodes. */
export interface Credentials {
  username?: string;
  password?: string;
}

export interface HostAddress {
  host: string;
  port: number;
}

interface Secured {
  credentials: Credentials;
  tls: boolean;
}

/** One server, a master that Sentinels name, or a Cluster. */
export type RedisAddress = Secured &
  (
    | { kind: 'single'; host: HostAddress; db: number }
    | { kind: 'sentinel'; sentinels: HostAddress[]; master: string; db: number; sentinel: Credentials }
    | { kind: 'cluster'; nodes: HostAddress[] }
  );

const shapes = {
  single: 'redis://[name[:password]@]host[:port][/database]',
  sentinel:
    'redis-sentinel://[name[:password]@]host[:port][,host[:port]…]/master[/database][?sentinel_username=…&sentinel_password=…]',
  cluster: 'redis-cluster://[name[:password]@]host[:port][,host[:port]…]',
};

/**
 * Reads the address of a Redis store; the scheme with `rediss` means TLS. Read here and not by the client library,
 * which would take any of its options from the query and repeat the address in its errors.
 */
export function readRedisUrl(text: string): RedisAddress {
  const [, secure, topology = 'single', userinfo, hosts = '', path = '', query] =
    /^redis(s?)(?:-(sentinel|cluster))?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(
      text,
    ) ?? [];
  const kind = topology as RedisAddress['kind'];
  const secured = { credentials: readCredentials(userinfo), tls: secure === 's' };
  const read = { single: readSingle, sentinel: readSentinel, cluster: readCluster }[kind];
  const where = secured.credentials && read({ hosts: hosts.split(',').map(readHost), path, query });
  if (!where) {
    throw new Error(
      `The store address (PARLEY_STORE, or store in server.yaml) must look like ${shapes[kind]} (or ${secureScheme(kind)}://); special characters are percent-encoded, such as @ as %40.`,
    );
  }
  return { ...secured, ...where } as RedisAddress;
}

function secureScheme(kind: RedisAddress['kind']): string {
  return kind === 'single' ? 'rediss' : `rediss-${kind}`;
}

interface Written {
  hosts: (HostAddress | undefined)[];
  path: string;
  query: string | undefined;
}

function readSingle({ hosts: [host, ...more], path, query }: Written) {
  const db = /^\/?(\d*)$/.exec(path)?.[1];
  if (!host || more.length > 0 || db === undefined || query !== undefined) return undefined;
  return { kind: 'single', host, db: Number(db) };
}

function readSentinel({ hosts, path, query }: Written) {
  const [, name, db] = /^\/([^/]+)(?:\/(\d+))?$/.exec(path) ?? [];
  const sentinel = readSentinelCredentials(query);
  const master = decode(name);
  if (!master || !sentinel || !isComplete(hosts)) return undefined;
  return { kind: 'sentinel', sentinels: hosts, master, db: Number(db ?? 0), sentinel };
}

function readCluster({ hosts, path, query }: Written) {
  if (!isComplete(hosts) || (path !== '' && path !== '/') || query !== undefined) return undefined;
  return { kind: 'cluster', nodes: hosts };
}

function isComplete(hosts: Written['hosts']): hosts is HostAddress[] {
  return hosts.every(Boolean);
}

function readHost(text: string): HostAddress | undefined {
  const url = URL.parse(`redis://${text}`);
  if (!url?.hostname || url.host !== text.toLowerCase()) return undefined;
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 6379) };
}

function readCredentials(userinfo = ''): Credentials | undefined {
  const [name, password, ...more] = userinfo.split(':').map(decode);
  if (name === undefined || more.length > 0 || (userinfo.includes(':') && password === undefined))
    return undefined;
  return { ...(name && { username: name }), ...(password && { password }) };
}

function readSentinelCredentials(query = ''): Credentials | undefined {
  const given = new URLSearchParams(query);
  const username = given.get('sentinel_username');
  const password = given.get('sentinel_password');
  const known = Number(username !== null) + Number(password !== null);
  if (known !== given.size) return undefined;
  return { ...(username && { username }), ...(password && { password }) };
}

function decode(text = ''): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
