/** The files of a new brand, as text with comments: they are the first thing that an engineer reads. */
export type InitPlatform = 'liveperson' | 'livechat' | 'none';

export interface BrandDraft {
  brand: string;
  issuer: string;
  platform: InitPlatform;
  pages: readonly string[];
  clientId: string;
  accountsPath: string;
  exampleAccountId: string;
  /** Only where the client presents one. The value never goes into the brand file. */
  secret?: { value: string; path: string };
}

export function brandFile(draft: BrandDraft): string {
  return `# yaml-language-server: $schema=../brand.schema.json
#
# The brand ${draft.brand}. docs/configuration.md explains every key; \`npx parley config check\` checks it.

brand: ${draft.brand}
issuer: ${draft.issuer}

# Ways to sign in, tried in this order. password: a page of this server asks for name and password.
login:
  - password: {}

# Where the consumers are found.
accounts:
  file:
    path: ${JSON.stringify(draft.accountsPath)}

# Claim: JMESPath over the account's record.
claims:
  given_name: first_name
  family_name: last_name
  account_number: account.number
  plan: account.plan
  billing: "{balance: billing.balance, currency: billing.currency, due: billing.due}"

# Scope: the claims that it releases. profile, email, phone and address are known already.
scopes:
  account: [account_number, plan]
  billing: [billing]

clients:
${clientLines(draft).join('\n')}
`;
}

function clientLines(draft: BrandDraft): string[] {
  const { clientId, platform, secret } = draft;
  return [
    `  - id: ${clientId}`,
    ...(platform === 'none' ? [] : [`    platform: ${platform}`]),
    ...(secret ? [`    secret: ${JSON.stringify(`\${file:${secret.path}}`)}`] : []),
    ...platformLines(draft),
    ...pageLines(draft),
  ];
}

function platformLines({ platform, issuer, pages }: BrandDraft): string[] {
  if (platform === 'liveperson') {
    return [
      '    flows: [code, pkce]',
      '    # LivePerson asks for scope=openid only: these scopes come with it.',
      '    openid_includes: [profile, account, billing]',
      '    # What the agent sees as verified.',
      '    claims:',
      `      lp_sdes: "[{type: 'ctmrinfo', info: {customerId: account.number, ctype: account.plan}}]"`,
    ];
  }
  if (platform === 'livechat') {
    return [
      "    # From LiveChat's Developer Console: fill in and remove the # in front.",
      '    # livechat:',
      '    #   client_id: …',
      '    #   client_secret: ${file:keys/…}',
      '    #   organization_id: …',
      '    #   license_id: …',
      '    #   redirect_uri: …',
    ];
  }
  const home = pages[0] ?? new URL(issuer).origin;
  return [
    '    flows: [code, pkce]',
    '    # Where the client receives its authorization codes: put your own here.',
    '    redirect_uris:',
    `      - ${home}/callback`,
  ];
}

function pageLines({ pages, platform }: BrandDraft): string[] {
  if (pages.length > 0) return ['    pages:', ...pages.map((page) => `      - ${page}`)];
  if (platform === 'none') return [];
  return [
    '    # Origins of the pages that embed the chat:',
    '    # pages:',
    '    #   - https://www.your-brand.example',
  ];
}

export function accountsFile({ brand, exampleAccountId }: BrandDraft): string {
  return `# Accounts of the brand ${brand}. A file is for trials: later, point the brand at its own directory.
#
# password_hash: \`npx parley accounts hash\` asks for a password and prints its hash. Without one, nobody can
# sign in to the account.

accounts:
  - id: "${exampleAccountId}" # becomes \`sub\`: stable, never given to anybody else
    login: dana@example.com
    # password_hash: "…"
    first_name: Dana
    last_name: Example
    account: { number: "100234", plan: gold }
    billing: { balance: 42.5, currency: EUR, due: "2030-01-31" }
`;
}
