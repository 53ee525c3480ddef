import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from '../support/free-port.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { testBrand, testClients } from '../support/test-brand.ts';

const adminResource = 'https://admin.acme.example';
export const callerSecrets = {
  ops: 'test-ops-secret-0123456789abcdef',
  viewer: 'test-viewer-secret-0123456789abc',
};

/** A brand whose clients `ops` and `viewer` may call the admin interface. */
function adminBrand() {
  const caller = (id: keyof typeof callerSecrets, scopes: string[]) => ({
    id,
    secret: callerSecrets[id],
    grants: ['client-credentials'],
    scopes,
  });
  return testBrand({
    resources: { [adminResource]: { scopes: ['admin:read', 'admin:write'], format: 'opaque' } },
    limits: { account_and_address: 2, first_wait: 600 },
    clients: [
      ...testClients().map((client) => (client.id === 'web' ? { ...client, pasted_key: true } : client)),
      caller('ops', ['admin:read', 'admin:write']),
      caller('viewer', ['admin:read']),
      // It may have tokens for the resource, and is no caller.
      { ...caller('ops', ['admin:read']), id: 'other' },
    ],
  });
}

export interface AdminSite {
  parley: ParleyProcess;
  admin: string;
  /** An access token of a caller, for `scope` at the admin interface. */
  tokenOf(client: string, secret: string, scope: string): Promise<string>;
  /** The lines of its audit log, where that is a file. */
  events(): Promise<Record<string, unknown>[]>;
  call(path: string, init?: RequestInit & { token?: string | undefined }): Promise<Response>;
}

export interface AdminSiteOptions {
  requestsPerMinute?: number;
  /** Of server.yaml. */
  audit?: { to: string };
  workers?: number;
}

export async function startAdminSite(options: AdminSiteOptions = {}): Promise<AdminSite> {
  const port = await findFreePort();
  const parley = await spawnParley({
    brands: [adminBrand()],
    ...(options.workers && { env: { PARLEY_WORKERS: String(options.workers) } }),
    serverYaml: {
      trusted_proxies: ['127.0.0.1', '::1'],
      ...(options.audit && { audit: options.audit }),
      admin: {
        port,
        oauth: { brand: 'acme', resource: adminResource, clients: ['ops', 'viewer'] },
        ...(options.requestsPerMinute && { requests_per_minute: options.requestsPerMinute }),
      },
    },
  });
  const admin = `http://127.0.0.1:${port}/admin/v1`;
  return {
    parley,
    admin,
    async tokenOf(client, secret, scope) {
      const answer = await fetch(`${parley.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope, resource: adminResource }),
      });
      const body = (await answer.json()) as { access_token?: string };
      if (!body.access_token) throw new Error(JSON.stringify(body));
      return body.access_token;
    },
    async events() {
      const text = await readFile(join(parley.folder, options.audit?.to ?? 'stdout'), 'utf8');
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
    call: (path, { token, ...init } = {}) =>
      fetch(`${admin}${path}`, {
        ...init,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(init.headers as Record<string, string>),
        },
      }),
  };
}
