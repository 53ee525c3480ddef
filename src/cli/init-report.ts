import type { BrandDraft } from './init-files.ts';

/** What `parley init` prints: the files, the values for the platform's own console, and the next steps. */
export function initReport(draft: BrandDraft, paths: readonly string[]): string[] {
  return [
    `The brand ${draft.brand} is made:`,
    ...paths.map((path) => `  ${path}`),
    '',
    ...pasteLines(draft),
    '',
    'Next:',
    ...nextSteps(draft).map((step, index) => `  ${index + 1}. ${step}`),
  ];
}

function pasteLines(draft: BrandDraft): string[] {
  if (draft.platform === 'liveperson') {
    return [
      "Paste into LivePerson's connector (Consumer Identity Provider):",
      ...table(livepersonFields(draft)),
    ];
  }
  if (draft.platform === 'livechat') {
    return [
      'LiveChat calls nothing on this server: its widget asks your page, and your page asks Parley. For your page:',
      ...table([
        ['Issuer', draft.issuer],
        ['Client id', draft.clientId],
      ]),
    ];
  }
  return ['For the relying party:', ...table(relyingPartyFields(draft))];
}

type Field = [name: string, value: string];

/** LivePerson is not known to read discovery, so every field is pasted by hand. */
function livepersonFields(draft: BrandDraft): Field[] {
  return [
    ['Authentication type', 'Code flow, PKCE on'],
    ['Issuer display name', draft.brand],
    ['JWT issuer', draft.issuer],
    ['Authentication endpoint', `${draft.issuer}/auth`],
    ['Token endpoint', `${draft.issuer}/token`],
    ['Client id', draft.clientId],
    ...secretField(draft),
    ['Certificate type', 'JWKS endpoint'],
    ['JWKS endpoint', `${draft.issuer}/jwks`],
    ['JS method name', 'lpGetAuthenticationToken'],
    ['JS context', 'window'],
  ];
}

function relyingPartyFields(draft: BrandDraft): Field[] {
  return [
    ['Issuer', draft.issuer],
    ['Discovery', `${draft.issuer}/.well-known/openid-configuration`],
    ['Client id', draft.clientId],
    ...secretField(draft),
  ];
}

function secretField({ secret }: BrandDraft): Field[] {
  return secret ? [['Client secret', `${secret.value}   (shown this once; it lies in ${secret.path})`]] : [];
}

function table(fields: readonly Field[]): string[] {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `  ${name.padEnd(width)}   ${value}`);
}

function nextSteps({ brand, platform, pages, accountsPath }: BrandDraft): string[] {
  return [
    ...(platform !== 'none' && pages.length === 0
      ? [`name the origins of your pages in the brand file, under pages`]
      : []),
    ...(platform === 'livechat'
      ? [
          "fill in livechat in the brand file, from LiveChat's console",
          'npx parley livechat connect livechat   once an administrator of LiveChat is at hand',
        ]
      : []),
    ...(platform === 'none' ? ['put your own redirect_uris into the brand file'] : []),
    `npx parley accounts hash     a password for the example account in ${accountsPath}`,
    'npx parley config check      nothing else in the way?',
    `npm start                    serves ${brand}; its signing keys are made on the first start`,
    'for production: npx parley keys cookie, and put its answer into PARLEY_COOKIE_KEYS',
  ];
}
