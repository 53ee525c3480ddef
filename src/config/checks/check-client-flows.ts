import type { BrandConfig, ClientConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

/** What a client may do fits together; presets bring their own redirect URIs. */
export function checkClientFlows({ clients, login }: BrandConfig): Problem[] {
  return clients.flatMap((client, index) => {
    const problems: Problem[] = [];
    const needsAssertions = client.grants?.some((grant) => grant !== 'client-credentials');
    if (needsAssertions && !login.some((way) => way.assertion)) {
      problems.push(
        error(
          ['clients', index, 'grants'],
          'need assertions, and the brand signs none',
          'add to login: - assertion: { verify: { issuer: …, jwks_uri: … } }',
        ),
      );
    }
    if (client.grants && client.token_endpoint_auth_method === 'none') {
      problems.push(
        error(
          ['clients', index, 'grants'],
          'are for a client that can prove itself',
          'add secret, jwks or jwks_uri, and remove token_endpoint_auth_method: none',
        ),
      );
    }
    if (client.grants && client.first_party === false) {
      problems.push(
        error(
          ['clients', index, 'grants'],
          "are for the brand's own servers: nobody is asked for consent there",
          'remove grants, or first_party: false',
        ),
      );
    }
    if (!client.platform && !isServerOnly(client) && (client.redirect_uris ?? []).length === 0) {
      problems.push(
        error(
          ['clients', index, 'redirect_uris'],
          'is missing',
          'list where the client receives its answers: [https://…]',
        ),
      );
    }
    if (client.refresh_tokens && isImplicitOnly(client)) {
      problems.push(
        error(
          ['clients', index, 'refresh_tokens'],
          'cannot be had with the implicit flow alone',
          'add code to flows',
        ),
      );
    }
    return problems;
  });
}

/** It gets its tokens at the token endpoint; no browser ever comes back to it. */
function isServerOnly({ grants, flows }: ClientConfig): boolean {
  return grants !== undefined && flows === undefined;
}

function isImplicitOnly({ flows }: ClientConfig): boolean {
  return flows?.every((flow) => flow === 'implicit') ?? false;
}
