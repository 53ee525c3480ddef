import type { Provider } from 'oidc-provider';
import type { BrandTelemetry } from '../telemetry/contract.ts';

interface Issuing {
  issue(this: unknown, options: unknown): Promise<string>;
}

/** Each ID token, logout token and signed answer of the library's passes here while it is made and signed. */
export function watchSigning(provider: Provider, watch: NonNullable<BrandTelemetry['watchSigning']>): void {
  const { prototype } = provider.IdToken as unknown as { prototype: Issuing };
  const { issue } = prototype;
  prototype.issue = function watched(options) {
    return watch(() => issue.call(this, options));
  };
}
