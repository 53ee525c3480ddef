import { compile } from '@jmespath-community/jmespath';
import type { Problem } from '../config/contract.ts';
import {
  findObjects,
  type ObjectNode,
  readLiteral,
  readField,
  toObject,
  type TreeNode,
} from './expression-tree.ts';

/**
 * LivePerson's structured data (SDEs) in the `lp_sdes` claim: what its documentation allows in authenticated
 * flows, and a check of the expression that makes it. The values are only known at sign-in; types and field
 * names stand in the expression.
 */
const allowed: Readonly<Record<string, { body: string; fields: readonly string[] }>> = {
  ctmrinfo: {
    body: 'info',
    fields: [
      'customerId',
      'ctype',
      'cstatus',
      'balance',
      'currency',
      'socialId',
      'imei',
      'userName',
      'companySize',
      'companyBranch',
      'accountName',
      'role',
      'lastPaymentDate',
      'registrationDate',
      'loginStatus',
    ],
  },
  personal: {
    body: 'personal',
    fields: ['firstname', 'lastname', 'age', 'contacts', 'gender', 'language', 'company'],
  },
};

/** SDE types that exist for anonymous visitors only. */
const refused = ['cart', 'purchase', 'prodView', 'mrktInfo', 'lead', 'service', 'error', 'searchInfo'];

type Finding = Pick<Problem, 'message' | 'fix' | 'severity'>;

/** @returns nothing for an expression that does not parse: the claims check tells that */
export function checkSdeExpression(source: string): Finding[] {
  const tree = parse(source);
  if (!tree) return [];
  return [...checkIsList(tree), ...findObjects(tree).flatMap(checkObject)];
}

/**
 * What an account says of itself, where it says it: number, plan, balance, currency and the day of the last
 * payment. Empty members vanish; an account with none of them gets no SDE at all.
 */
export const defaultSdes = [
  'not_null(account.number, account.plan, billing.balance) ? ',
  "[{type: 'ctmrinfo', info: {",
  'customerId: account.number, ctype: account.plan, ',
  'balance: billing.balance, currency: billing.currency, ',
  'lastPaymentDate: billing.last_payment.{day: day, month: month, year: year}',
  '}}] : `null`',
].join('');

function parse(source: string): TreeNode | undefined {
  try {
    return compile(source);
  } catch {
    return undefined;
  }
}

function checkIsList(tree: TreeNode): Finding[] {
  if (!toObject(tree) && readLiteral(tree) === undefined) return [];
  const fix = "write [{type: 'ctmrinfo', info: {…}}]";
  return [{ message: 'lp_sdes must be a list of SDEs', fix, severity: 'error' }];
}

function checkObject(object: ObjectNode): Finding[] {
  const node = object.get('type');
  if (!node) return [];
  const type = readLiteral(node);
  if (typeof type === 'string') return checkSde(type, object);
  const field = readField(node);
  if (field === undefined || !isKnownType(field)) return [];
  const message = `type: ${field} reads the account's member "${field}"`;
  return [{ message, fix: `write type: '${field}', in single quotes`, severity: 'warning' }];
}

function checkSde(type: string, object: ObjectNode): Finding[] {
  const sde = Object.hasOwn(allowed, type) ? allowed[type] : undefined;
  if (!sde) {
    const message = refused.includes(type)
      ? `the SDE ${type} is not supported in authenticated flows: LivePerson takes ctmrinfo and personal only`
      : `'${type}' is no SDE of authenticated flows: LivePerson takes ctmrinfo and personal only`;
    return [{ message, fix: 'use ctmrinfo or personal, or remove it', severity: 'error' }];
  }
  const body = object.get(sde.body);
  if (!body) {
    const fix = `write {type: '${type}', ${sde.body}: {…}}`;
    return [{ message: `the SDE ${type} has no member ${sde.body}`, fix, severity: 'error' }];
  }
  const names = [...(toObject(body)?.keys() ?? [])];
  return names
    .filter((name) => !sde.fields.includes(name))
    .map((name) => ({
      message: `${type} has no field ${name}: no agent would see it`,
      fix: `its fields are ${sde.fields.join(', ')}`,
      severity: 'warning',
    }));
}

function isKnownType(name: string): boolean {
  return Object.hasOwn(allowed, name) || refused.includes(name);
}
