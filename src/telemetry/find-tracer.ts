import { ProxyTracerProvider, trace, type Tracer } from '@opentelemetry/api';

const scope = 'parley';

/**
 * The tracer of an OpenTelemetry SDK that the operator has loaded before Parley (docs/tracing.md); undefined where none
 * is there. Then nothing is wrapped, and tracing costs nothing.
 */
export function findTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer(scope)
    : provider.getTracer(scope);
}
