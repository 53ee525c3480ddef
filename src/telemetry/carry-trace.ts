import type { BrandStore } from '../store/contract.ts';
import { findRequestSpan } from './request-span.ts';
import { readTraceparent, writeTraceparent } from './traceparent.ts';

/** What one request of a sign-in leaves for the next one: a pushed request, a pause for the consumer, a code. */
const carriers: ReadonlySet<string> = new Set([
  'PushedAuthorizationRequest',
  'Interaction',
  'AuthorizationCode',
]);

/**
 * One trace from the authorization request to the token: what leads from one request to the next has the span of the
 * request that wrote it beside it, and whoever finds it goes on with that trace. Nobody else sees the addition.
 */
export function carryTrace(store: BrandStore): BrandStore {
  return {
    ...store,
    upsert(model, id, payload, expiresIn) {
      const request = carriers.has(model) ? findRequestSpan() : undefined;
      if (!request) return store.upsert(model, id, payload, expiresIn);
      const traceparent = writeTraceparent(request.begin().spanContext());
      return store.upsert(model, id, { ...payload, traceparent }, expiresIn);
    },
    async find(model, id) {
      const found = await store.find(model, id);
      if (!found || !carriers.has(model)) return found;
      const { traceparent, ...payload } = found;
      const parent = readTraceparent(traceparent);
      if (parent) findRequestSpan()?.continues(parent);
      return payload;
    },
  };
}
