import type { FindPageConsumer, PageCall } from './page-call.ts';

/** `/page/identity`: who is signed in, as this client's tokens name the consumer, or null. */
export async function answerIdentity(
  { issuer, findConsumer }: { issuer: string; findConsumer: FindPageConsumer },
  call: PageCall,
): Promise<void> {
  const consumer = await findConsumer(call);
  call.ctx.status = 200;
  // LivePerson's identity function answers null for an anonymous visitor; JSON's null is that answer.
  call.ctx.type = 'json';
  call.ctx.body = JSON.stringify(consumer ? { iss: issuer, sub: consumer.sub } : null);
}
