import type { Step } from '../dispatch.ts';

/** Asks whether a client that is not the brand's own may have what it asks for. */
export async function showConsent(step: Step): Promise<undefined> {
  const { ctx, interaction, pages, action, describeScope } = step;
  pages.consent(
    ctx,
    {
      clientName: interaction.clientName,
      scopes: interaction.scopes.map((name) => ({ name, description: describeScope(name) })),
      claims: interaction.claims,
      action,
      csrf: interaction.csrf,
    },
    interaction.redirectUri,
  );
}

/** Anything but a clear yes is a no. */
export async function submitConsent({
  ctx,
  form,
  gateway,
  interaction,
  audit,
  ...step
}: Step): Promise<string> {
  const { accountId, scopes, claims } = interaction;
  const facts = { ...step.facts, accountId };
  if (form['decision'] !== 'allow') {
    audit.record('consent.refused', { ...facts, prompt: 'consent' });
    return gateway.abort(ctx);
  }
  const next = await gateway.finishConsent(ctx);
  audit.record('consent.granted', { ...facts, scopes, claims });
  return next;
}
