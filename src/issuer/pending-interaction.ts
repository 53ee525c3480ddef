import { createHmac } from 'node:crypto';
import type { Client, Interaction } from 'oidc-provider';
import type { Wanted } from './grant-per-response.ts';

/** The library's interaction in the words of the pages: what is asked, by whom, and what the answer must satisfy. */
export function describeInteraction(
  interaction: Interaction,
  { client, now, browser }: { client: Client; now: number; browser: string },
) {
  const { params, uid } = interaction;
  const wanted = missingConsent(interaction);
  return {
    uid,
    prompt: stepOf(interaction),
    clientId: client.clientId,
    clientName: client.clientName ?? client.clientId,
    accountId: interaction.session?.accountId,
    loginHint: textOf(params['login_hint']),
    uiLocales: textOf(params['ui_locales']),
    acrValues: textOf(params['acr_values']),
    maxAge: maxAgeOf(interaction),
    mustSignInAnew: mustSignInAnew(interaction),
    freshSince: freshSince(interaction, now),
    scopes: [...wanted.scopes, ...Object.values(wanted.resources).flat()],
    claims: wanted.claims,
    redirectUri: String(
      params['response_mode'] === 'page_return' ? params['page_return_to'] : params['redirect_uri'],
    ),
    csrf: createHmac('sha256', browser).update(uid).digest('base64url'),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function maxAgeOf({ params }: Interaction): number | undefined {
  const { max_age: maxAge } = params;
  return maxAge === undefined || maxAge === '' ? undefined : Number(maxAge);
}

function mustSignInAnew({ params }: Interaction): boolean {
  return textOf(params['prompt'])?.split(' ').includes('login') ?? false;
}

/** Seconds; clocks of the brand and ours differ. */
const tolerance = 30;

/** Where a new sign-in is asked for, one at another place counts only if it is as new (OpenID Connect Core 3.1.2.1). */
export function freshSince(interaction: Interaction, now: number): number | undefined {
  const maxAge = maxAgeOf(interaction);
  if (mustSignInAnew(interaction)) return interaction.iat - tolerance;
  return maxAge === undefined ? undefined : now - maxAge - tolerance;
}

/** An essential `acr` that cannot be had is a failed sign-in (OpenID Connect Core 5.5.1.1); asking again would not end. */
export function isAcrUnmet({ prompt }: Interaction, acr: string | undefined): boolean {
  const { acr: wanted } = prompt.details as { acr?: { value?: string; values?: string[] } };
  if (!wanted) return false;
  const accepted = wanted.values ?? [wanted.value];
  return !accepted.includes(acr);
}

/** Which page is due. A client that asked for `prompt=consent` gets the consent page even when nothing is new. */
function stepOf(interaction: Interaction): 'login' | 'consent' | 'continue' {
  const { name, reasons } = interaction.prompt;
  if (name !== 'consent') return 'login';
  const { scopes, claims, resources } = missingConsent(interaction);
  const nothingMissing = scopes.length + claims.length + Object.keys(resources).length === 0;
  return nothingMissing && !reasons.includes('consent_prompt') ? 'continue' : 'consent';
}

export function missingConsent({ prompt }: Interaction): Wanted {
  const details = prompt.details as {
    missingOIDCScope?: string[];
    missingOIDCClaims?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  return {
    scopes: details.missingOIDCScope ?? [],
    claims: details.missingOIDCClaims ?? [],
    resources: details.missingResourceScopes ?? {},
  };
}
