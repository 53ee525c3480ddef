import type { TLSSocket } from 'node:tls';
import type { Context } from 'koa';
import type { AdminConfig } from '../config/schema/admin-schema.ts';
import { AdminRefusal } from './admin-refusal.ts';

export type AdminScope = 'admin:read' | 'admin:write';

/** A program of the operator's that has proved itself. */
export interface Caller {
  /** For the audit log: `certificate:<common name>` or `client:<client id>`. */
  name: string;
  scopes: ReadonlySet<string>;
}

export interface FindCallerOptions {
  admin: Pick<AdminConfig, 'certificates' | 'oauth'>;
  /** As the brand's issuer answers now; undefined where the brand is not served. */
  verifyToken(
    brand: string,
    token: string,
    resource: string,
  ): Promise<{ clientId: string; scopes: ReadonlySet<string> } | undefined>;
}

export type FindCaller = (ctx: Context) => Promise<Caller>;

/** By the access token where one was sent, else by the certificate of the connection. @throws AdminRefusal */
export function createFindCaller({ admin, verifyToken }: FindCallerOptions): FindCaller {
  const { certificates, oauth } = admin;

  async function byToken(header: string): Promise<Caller> {
    const [, token] = /^Bearer ([\w~+/.-]{1,512}=*)$/i.exec(header) ?? [];
    const verified = oauth && token ? await verifyToken(oauth.brand, token, oauth.resource) : undefined;
    if (!verified || !oauth?.clients.includes(verified.clientId)) {
      throw new AdminRefusal(401, 'invalid_token', 'the access token is not valid here', {
        'WWW-Authenticate': 'Bearer error="invalid_token"',
      });
    }
    return { name: `client:${verified.clientId}`, scopes: verified.scopes };
  }

  /** The listener has checked the chain; a certificate of the right authority need not be a caller's. */
  function byCertificate(ctx: Context): Caller | undefined {
    const socket = ctx.req.socket as Partial<TLSSocket>;
    const name = certificates && socket.authorized ? socket.getPeerCertificate?.().subject?.CN : undefined;
    if (typeof name !== 'string' || !certificates || !Object.hasOwn(certificates.callers, name))
      return undefined;
    return { name: `certificate:${name}`, scopes: new Set(certificates.callers[name]) };
  }

  return async (ctx) => {
    const header = ctx.get('authorization');
    if (header !== '') return byToken(header);
    const caller = byCertificate(ctx);
    if (caller) return caller;
    throw new AdminRefusal(
      401,
      'unauthorized',
      'send an access token, or connect with the certificate of a caller',
      {
        'WWW-Authenticate': 'Bearer',
      },
    );
  };
}
