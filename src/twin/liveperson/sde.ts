import { z } from 'zod';

/**
 * The two kinds of structured data (SDE) that LivePerson takes from an ID token, with the fields that an
 * agent can see. Other fields are dropped: no agent sees them.
 */
const date = z.object({ day: z.int(), month: z.int(), year: z.int() });

const ctmrinfo = z.object({
  customerId: z.string().optional(),
  ctype: z.string().optional(),
  cstatus: z.string().optional(),
  balance: z.number().optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'use the three letters of ISO 4217')
    .optional(),
  socialId: z.string().optional(),
  imei: z.string().optional(),
  userName: z.string().optional(),
  companySize: z.number().optional(),
  companyBranch: z.string().optional(),
  accountName: z.string().optional(),
  role: z.string().optional(),
  lastPaymentDate: date.optional(),
  registrationDate: date.optional(),
  loginStatus: z.string().optional(),
});

const contact = z.object({
  email: z.string().optional(),
  phone: z.string().optional(),
  phoneType: z.string().optional(),
  address: z.object({ country: z.string().optional(), region: z.string().optional() }).optional(),
});

const personal = z.object({
  firstname: z.string().optional(),
  lastname: z.string().optional(),
  age: z
    .object({
      age: z.int().optional(),
      year: z.int().optional(),
      month: z.int().optional(),
      day: z.int().optional(),
    })
    .optional(),
  contacts: z.array(contact).optional(),
  gender: z.enum(['MALE', 'FEMALE', 'OTHER']).optional(),
  language: z.string().optional(),
  company: z.string().optional(),
});

export const sdeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ctmrinfo'), info: ctmrinfo }),
  z.object({ type: z.literal('personal'), personal }),
]);

export type Sde = z.output<typeof sdeSchema>;
export type CustomerInfo = z.output<typeof ctmrinfo>;
export type PersonalInfo = z.output<typeof personal>;
