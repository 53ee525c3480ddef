import { el, lock } from './dom.js';

/** The fields an agent may see, in the agent's words; each verified one carries a padlock. */
const labels = {
  customerId: 'Account no.',
  ctype: 'Plan',
  cstatus: 'Status',
  lastPaymentDate: 'Last payment',
  registrationDate: 'Customer since',
  companySize: 'Company size',
  companyBranch: 'Branch',
  accountName: 'Account name',
  userName: 'User name',
  imei: 'Telephone',
  socialId: 'Social id',
  loginStatus: 'Login status',
  role: 'Role',
  currency: 'Currency',
  balance: 'Balance',
  firstname: 'First name',
  lastname: 'Last name',
  given_name: 'Given name',
  family_name: 'Family name',
  email: 'E-mail',
  preferred_username: 'User name',
  phone_number: 'Telephone',
};

export function renderFacts({ ctmrinfo, personal, standard, other }) {
  return [
    tiles(ctmrinfo),
    group('Account', 'lp_sdes · ctmrinfo', ctmrinfo),
    group('Person', 'lp_sdes · personal', personal),
    group('Standard claims', 'ID token', standard),
    group('For bots and integrations', 'LivePerson shows these to no agent', other, 'group wide'),
  ].filter(Boolean);
}

function tiles({ customerId, balance, currency, ctype }) {
  const all = [
    ['Account number', customerId],
    ['Balance', balance === undefined ? undefined : money(balance, currency)],
    ['Plan', ctype],
  ];
  return el('dl', { class: 'tiles' }, ...all.filter(([, value]) => value !== undefined).map(tile));
}

function tile([label, value]) {
  return el('div', { class: 'tile' }, el('dt', {}, lock(), label), el('dd', { dir: 'auto' }, value));
}

function group(title, source, fields, className = 'group') {
  const rows = Object.entries(fields).flatMap(([name, value]) => row(name, value));
  if (rows.length === 0) return undefined;
  return el(
    'section',
    { class: className },
    el('h3', {}, title, el('span', {}, source)),
    el('dl', {}, ...rows),
  );
}

function row(name, value) {
  return el('div', {}, el('dt', {}, labels[name] ?? name), el('dd', { dir: 'auto' }, describe(value)));
}

function describe(value) {
  if (Array.isArray(value)) return value.map(describe).join('; ');
  if (value === null || typeof value !== 'object') return String(value);
  if ('day' in value && 'month' in value && 'year' in value) return date(value);
  return Object.entries(value)
    .map(([name, inner]) =>
      inner !== null && typeof inner === 'object' ? describe(inner) : `${name} ${inner}`,
    )
    .join(', ');
}

function date({ day, month, year }) {
  return [year, month, day].map((number) => String(number).padStart(2, '0')).join('-');
}

function money(amount, currency) {
  if (!currency) return String(amount);
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount);
}
