import { timingSafeEqual } from 'node:crypto';
import { ParleyError } from '../errors.ts';
import type { Step } from './dispatch.ts';

/**
 * Refuses a form that our own page did not send (cross-site request forgery on sign-in and consent): the
 * hidden field must match this interaction and this browser, and an Origin header, where sent, the issuer's.
 *
 * @throws ParleyError('form_expired')
 */
export function checkSubmission({ ctx, form, interaction, issuer }: Step): void {
  const origin = ctx.get('Origin');
  if (origin && origin !== new URL(issuer).origin)
    throw new ParleyError('form_expired', `form sent by ${origin}`);
  const sent = Buffer.from(typeof form['csrf'] === 'string' ? form['csrf'] : '');
  const expected = Buffer.from(interaction.csrf);
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) {
    throw new ParleyError('form_expired', 'the hidden field of the form does not match');
  }
}
