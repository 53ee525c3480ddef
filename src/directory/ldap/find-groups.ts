import { AndFilter, type Client, type Entry, EqualityFilter, type Filter, FilterParser } from 'ldapts';
import type { LdapGroupSettings } from './ldap-settings.ts';
import { valuesOf } from './read-entry.ts';

/** The groups of an account, sorted, so that a record does not change by itself. */
export type FindGroups = (client: Client, entry: Entry) => Promise<string[]>;

/** @throws Error when the filter is none */
export function createFindGroups({ attribute, base, filter, member, as }: LdapGroupSettings): FindGroups {
  const name = as === 'name' ? firstNameOf : (dn: string) => dn;
  const isGroup: Filter = FilterParser.parseString(filter);
  return async (client, entry) => {
    const dns =
      attribute === undefined
        ? await search(client, base ?? '', new AndFilter({ filters: [isGroup, isMember(member, entry.dn)] }))
        : valuesOf(entry, attribute).map(String);
    return dns.map(name).toSorted();
  };
}

function isMember(member: string, dn: string): Filter {
  return new EqualityFilter({ attribute: member, value: dn });
}

async function search(client: Client, base: string, filter: Filter): Promise<string[]> {
  // Without a limit of ours the library fails at the server's; with one it would answer a part of the groups.
  const { searchEntries } = await client.search(base, { scope: 'sub', filter, attributes: ['1.1'] });
  return searchEntries.map(({ dn }) => dn);
}

/** The value of the first part of a name (RFC 4514): `gold, silver` of `cn=gold\, silver,ou=groups`. */
function firstNameOf(dn: string): string {
  const [, value = ''] = /^[^=]*=((?:\\.|[^\\,+])*)/s.exec(dn) ?? [];
  const bytes = value.replaceAll(/(?:\\[0-9A-Fa-f]{2})+/g, (escaped) =>
    Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString(),
  );
  return bytes.replaceAll(/\\(.)/gs, '$1');
}
