import { AndFilter, EqualityFilter, type Filter, FilterParser, NotFilter, OrFilter } from 'ldapts';
import { guidFromText } from './guid.ts';
import type { LdapSettings } from './ldap-settings.ts';

/**
 * The filters for accounts that may sign in. What a consumer types or a token says is a value of the filter's tree and
 * never part of a text that is parsed, so `*)(uid=*` is a strange name and nothing else.
 */
export interface AccountFilters {
  active: Filter;
  /** Undefined: no account can have this id. */
  byId(accountId: string): Filter | undefined;
  byLogin(login: string, attributes: readonly string[]): Filter;
}

/** @throws Error when a filter of the settings is none */
export function createAccountFilters(
  settings: Pick<LdapSettings, 'filter' | 'disabled' | 'id' | 'id_format'>,
): AccountFilters {
  const { filter, disabled, id, id_format } = settings;
  const conditions = [
    FilterParser.parseString(filter),
    ...(disabled === undefined ? [] : [new NotFilter({ filter: FilterParser.parseString(disabled) })]),
  ];
  const and = (...more: Filter[]) => new AndFilter({ filters: [...conditions, ...more] });
  return {
    active: and(),
    byId(accountId) {
      const value = id_format === 'guid' ? guidFromText(accountId) : accountId;
      return value === undefined ? undefined : and(new EqualityFilter({ attribute: id, value }));
    },
    byLogin(login, attributes) {
      const filters = attributes.map((attribute) => new EqualityFilter({ attribute, value: login }));
      return and(new OrFilter({ filters }));
    },
  };
}
