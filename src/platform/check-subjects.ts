import type { BrandConfig } from '../config/brand-schema.ts';
import type { Problem } from '../config/contract.ts';

/** Names under which records keep what stands in an address book. */
const contactData = /mail|phone|mobile|msisdn/i;

/**
 * Platforms keep conversations under their `sub` for ever and show it about. An e-mail address or a phone number goes
 * to somebody else one day, who would then read them.
 */
export function checkSubjects({
  subject,
  clients,
}: Partial<Pick<BrandConfig, 'subject'>> & Pick<BrandConfig, 'clients'>): Problem[] {
  return clients.flatMap((client, index) => {
    const own = client.subject ?? subject;
    if (!client.platform || typeof own !== 'object' || !contactData.test(own.template)) return [];
    const path = [...(client.subject ? ['clients', index] : []), 'subject', 'template'];
    const message = 'looks like an e-mail address or a phone number, which is no subject for a chat platform';
    const fix = 'use a value that never goes to another consumer, such as a customer number';
    return [{ path, message, fix, severity: 'warning' as const }];
  });
}
