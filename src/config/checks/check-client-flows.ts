import type { BrandConfig, ClientConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

/** What a client may do fits together; presets bring their own redirect URIs. */
export function checkClientFlows({ clients }: BrandConfig): Problem[] {
  return clients.flatMap((client, index) => {
    const problems: Problem[] = [];
    if (!client.platform && (client.redirect_uris ?? []).length === 0) {
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

function isImplicitOnly({ flows }: ClientConfig): boolean {
  return flows?.every((flow) => flow === 'implicit') ?? false;
}
