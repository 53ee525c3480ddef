import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

/** A resource indicator is an absolute URI without a fragment (RFC 8707 section 2). */
export function checkResources({ resources }: BrandConfig): Problem[] {
  return Object.keys(resources)
    .filter((resource) => !URL.canParse(resource) || resource.includes('#'))
    .map((resource) =>
      error(
        ['resources', resource],
        'must be an absolute URI without a fragment',
        'write https://api.your-brand.example',
      ),
    );
}
