import type { Entry } from 'ldapts';
import { isAccountId } from '../account-id.ts';
import { deepFreeze } from '../deep-freeze.ts';
import type { Account } from '../contract.ts';
import { unusableAnswer } from '../unusable-answer.ts';
import { guidToText } from './guid.ts';
import type { LdapSettings } from './ldap-settings.ts';

type Mapping = Pick<LdapSettings, 'id' | 'id_format' | 'attributes'>;

/** The id of an entry. Throws ParleyError('directory_unavailable') when it has none, several, or an impossible one. */
export function readId(entry: Entry, { id, id_format }: Mapping): string {
  const [value, ...others] = valuesOf(entry, id);
  if (value === undefined || others.length > 0)
    throw unusableAnswer(`an account has ${value === undefined ? 'no' : 'several'} ${id}`);
  const text = id_format === 'guid' ? Buffer.isBuffer(value) && guidToText(value) : value;
  if (typeof text !== 'string' || !isAccountId(text))
    throw unusableAnswer(`${id} holds no id: see id_format, or take another attribute`);
  return text;
}

/** The record has every member of the mapping: null or an empty list where the entry has no such attribute. */
export function toAccount(entry: Entry, mapping: Mapping, groups: readonly string[] | undefined): Account {
  const accountId = readId(entry, mapping);
  const members = Object.entries(mapping.attributes).map(([name, attribute]) => {
    const values = valuesOf(entry, attribute.replace(/\[\]$/, '')).map(String);
    return [name, attribute.endsWith('[]') ? values : (values[0] ?? null)] as const;
  });
  const record = { id: accountId, ...Object.fromEntries(members), ...(groups && { groups }) };
  return deepFreeze({ accountId, record });
}

/**
 * Servers spell attributes as their schema does. Active Directory gives long lists in parts (`member;range=0-1499`): rather
 * no account than one with a part of its groups.
 */
export function valuesOf(entry: Entry, attribute: string): (string | Buffer)[] {
  const wanted = attribute.toLowerCase();
  const name = Object.keys(entry).find((key) => key.toLowerCase() === wanted);
  const isInParts = Object.keys(entry).some((key) => key.toLowerCase().startsWith(`${wanted};range=`));
  if (isInParts) throw unusableAnswer(`${attribute} has more values than the server gives at once`);
  return name === undefined ? [] : [entry[name] ?? []].flat();
}
