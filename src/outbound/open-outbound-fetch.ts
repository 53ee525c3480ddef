import { createOutboundClient, type OutboundClient, type OutboundOptions } from './outbound-client.ts';
import { createOutboundFetch, type OutboundFetchOptions } from './outbound-fetch.ts';

export interface OutboundFetch {
  fetch: typeof fetch;
  close(): Promise<void>;
}

/** A guarded fetch whose pool is made by the first request: most brands never send one. */
export function openOutboundFetch(options: OutboundOptions & OutboundFetchOptions): OutboundFetch {
  let client: OutboundClient | undefined;
  return {
    fetch(input, init) {
      client ??= createOutboundClient(options);
      return createOutboundFetch(client, options)(input, init);
    },
    async close() {
      await client?.close();
    },
  };
}
