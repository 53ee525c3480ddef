import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

export interface Traces {
  /** What has ended since the last time, in the order in which it began. */
  take(): ReadableSpan[];
  stop(): Promise<void>;
}

/** An OpenTelemetry SDK in this process, as an operator loads it; spans stay in memory. Before Parley starts. */
export function recordTraces(): Traces {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return {
    take() {
      const spans = exporter.getFinishedSpans();
      exporter.reset();
      return spans.toSorted((a, b) => timeOf(a) - timeOf(b));
    },
    async stop() {
      await provider.shutdown();
      trace.disable();
      context.disable();
    },
  };
}

function timeOf({ startTime: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds * 1000 + nanoseconds / 1e6;
}
