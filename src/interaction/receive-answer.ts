import type { Context } from 'koa';
import type { Arrival, AwayLogin } from './ways.ts';

/** Characters. The answer goes on in a header, and most clients take 16 kB for all headers of a response. */
const longestAnswer = 8192;
const longestUid = 64;

/**
 * A browser at the return address of a login elsewhere. What is wrong with the answer is the fault of whoever built
 * that login, so the page tells the integrator; the reason is the operator's.
 */
export async function receiveAnswer(
  ctx: Context,
  { method, receive }: AwayLogin,
): Promise<Extract<Arrival, { kind: 'received' }>> {
  if (ctx.method !== method) {
    ctx.set('Allow', method);
    throw refusal(405, `answers come here by ${method}, not by ${ctx.method}`);
  }
  const { body = {} } = ctx.request as { body?: Record<string, unknown> };
  const arrival = await receive(method === 'POST' ? body : ctx.query);
  if (arrival.kind === 'refused') throw refusal(400, arrival.sentence, arrival.detail);
  if (arrival.interactionUid.length > longestUid) throw refusal(400, 'state: it did not come from here');
  if (arrival.answer.toString().length > longestAnswer)
    throw refusal(400, `the answer has more than ${longestAnswer} characters`);
  return arrival;
}

/** In the shape of a protocol error, as http/render-error.ts shows it. */
function refusal(statusCode: number, description: string, detail = description): Error {
  const answer = { error: 'invalid_request', error_description: description, statusCode };
  return Object.assign(new Error(detail), answer);
}
