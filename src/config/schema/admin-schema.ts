import { z } from 'zod';

/** `admin` of server.yaml: the interface for the operator's own programs. */

export const adminScopes = ['admin:read', 'admin:write'] as const;

const scopes = z.array(z.enum(adminScopes)).min(1);

export const adminSchema = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'use a host name or an address, without scheme and port')
    .default('localhost')
    .describe('Where to listen; anything but loopback needs `tls`.'),
  port: z.int().min(0).max(65535).default(3001).describe('A port of its own; 0 takes any free port.'),
  tls: z
    .strictObject({
      cert: z.string().min(1).describe('PEM file of the certificate chain.'),
      key: z.string().min(1).describe('PEM file of the private key.'),
    })
    .optional()
    .describe('Serve https.'),
  certificates: z
    .strictObject({
      ca: z.string().min(1).describe('PEM file of the authority that signs the certificates of callers.'),
      callers: z
        .record(z.string(), scopes)
        .describe("What each caller may do, by the common name of its certificate's subject."),
    })
    .optional()
    .describe('Callers prove themselves by a TLS certificate; needs `tls`.'),
  oauth: z
    .strictObject({
      brand: z.string().describe('The brand whose clients may call.'),
      resource: z
        .string()
        .describe("One of the brand's `resources`, with the scopes admin:read and admin:write."),
      clients: z
        .array(z.string())
        .min(1)
        .describe("Ids of the brand's clients that may call; each has `grants: [client-credentials]` alone."),
    })
    .optional()
    .describe('Callers prove themselves by an access token of a brand.'),
  requests_per_minute: z
    .int()
    .positive()
    .default(300)
    .describe('How much one caller may ask of one process.'),
});

export type AdminConfig = z.output<typeof adminSchema>;
