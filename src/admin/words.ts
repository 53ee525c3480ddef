import { z } from 'zod';

/** The words that operations of the admin interface are made of. */

export const brandName = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/)
  .meta({ description: 'Name of a brand.' });

export const accountId = z
  .string()
  .min(1)
  .max(255)
  .meta({ description: "The consumer's account id, as the account directory has it." });

export const login = z.string().min(1).max(255).meta({ description: 'What the consumer types as the name.' });

export const clientId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/)
  .meta({ description: 'The client_id.' });

export const supportId = z
  .string()
  .regex(/^[2-9A-HJKMNP-Z]{10}$/)
  .meta({ description: 'The reference on the page, X-Request-Id of the answer.' });

/** ISO 8601, UTC. */
export const time = z.iso.datetime();

export const refusal = z
  .strictObject({
    error: z.string().meta({ description: 'A stable code.' }),
    error_description: z.string(),
    support_id: z.string().meta({ description: 'The same in X-Request-Id and in the log.' }),
  })
  .meta({ title: 'Refusal', description: 'Why there is no other answer.' });
