import { errors, type Provider } from 'oidc-provider';

/**
 * oidc-provider looks at a client when it is first asked for; here it is asked for all of them at the start.
 *
 * @throws Error with the client and the library's reason, for the operator
 */
export async function checkClients(provider: Provider, clients: readonly { id: string }[]): Promise<void> {
  for (const { id } of clients) {
    try {
      await provider.Client.find(id);
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      const reason = error.error_description ?? error.message;
      throw new Error(`${provider.issuer}: the client ${id} cannot be used: ${reason}`, { cause: error });
    }
  }
}
