/**
 * Marks the requests that came through `/page/authorize` with a page proof: only they may use the JSON answer, and
 * only they carry the subject that the page expects.
 */
export interface PageRequest {
  /** The proven page's origin. */
  page: string;
  /** The consumer that the page believes to be signed in; another one is login_required. */
  expectedSubject: string | undefined;
  /** An assertion of the brand's, or null for nobody; kept out of the address that the library sees. */
  loginHintToken: string | null | undefined;
}

export interface PageRequests {
  mark(ctx: object, request: PageRequest): void;
  find(ctx: object): PageRequest | undefined;
}

export function createPageRequests(): PageRequests {
  const requests = new WeakMap<object, PageRequest>();
  return {
    mark: (ctx, request) => void requests.set(ctx, request),
    find: (ctx) => requests.get(ctx),
  };
}
