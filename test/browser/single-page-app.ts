import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Listener, startListener } from '../support/listener.ts';

const packageFile = createRequire(import.meta.url).resolve('oidc-client-ts/package.json');
const library = readFileSync(join(dirname(packageFile), 'dist/browser/oidc-client-ts.min.js'));

/**
 * A single-page application that uses oidc-client-ts as its documentation says, on an origin of its own. The
 * test drives it through `manager`, the page's UserManager.
 */
export function startSinglePageApp(): Promise<Listener> {
  return startListener((response, { path }) => {
    if (path === '/oidc-client-ts.js') {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(library);
      return;
    }
    response.setHeader('Content-Type', 'text/html');
    response.end(path.startsWith('/silent') ? silentPage : appPage);
  });
}

const settings = `
  const issuer = sessionStorage.getItem('issuer');
  const client_id = sessionStorage.getItem('client_id') ?? 'spa';
  const manager = issuer && new oidc.UserManager({
    authority: issuer,
    client_id,
    redirect_uri: location.origin + '/callback',
    silent_redirect_uri: location.origin + '/silent',
    post_logout_redirect_uri: location.origin + '/bye',
    scope: 'openid email',
    loadUserInfo: true,
    automaticSilentRenew: false,
    silentRequestTimeoutInSeconds: 20,
    revokeTokenTypes: ['access_token'],
  });`;

const page = (script: string) =>
  `<!doctype html><title>Shop</title><script src="/oidc-client-ts.js"></script><script>${settings}${script}</script>`;

const appPage = page('');
const silentPage = page('manager.signinSilentCallback();');
