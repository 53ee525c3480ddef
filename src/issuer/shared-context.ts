import Koa from 'koa';
import type { Provider } from 'oidc-provider';

const { context, request, response } = new Koa();

/**
 * Koa makes prototypes of a request's context for each application, and a brand's Provider is one. With the same ones
 * for all, compiled code meets one shape of them, not one for each brand. Nothing of a brand is ever kept on them.
 */
export function shareContext(provider: Provider): void {
  Object.assign(provider, { context, request, response });
}
