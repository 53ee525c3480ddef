import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';

/** Something that is over; times in milliseconds since the epoch, with fractions. */
export interface Step {
  name: string;
  began: number;
  ended: number;
  attributes: Attributes;
  failed: boolean;
}

/**
 * The span of one request. Which trace it belongs to is known only when the request's code or interaction has been
 * read, so it begins late and dates itself back; what happened before that waits for it.
 */
export interface RequestSpan {
  readonly isOver: boolean;
  /** In which the request is to run. */
  readonly context: Context;
  /** The request goes on with what another one began. */
  continues(parent: SpanContext): void;
  /** Begins it, if need be. */
  begin(): Span;
  /** A step without steps of its own. */
  add(step: Step): void;
  end(outcome: { name: string; attributes: Attributes; failed: boolean }): void;
}

const key = createContextKey('the request that runs');

/** Undefined outside of a request, and for what a request leaves to be done after its answer. */
export function findRequestSpan(): RequestSpan | undefined {
  const request = context.active().getValue(key) as RequestSpan | undefined;
  return request?.isOver ? undefined : request;
}

/** Milliseconds since the epoch, to the microsecond. */
export function preciseTime(): number {
  return performance.timeOrigin + performance.now();
}

export function createRequestSpan(tracer: Tracer): RequestSpan {
  const began = preciseTime();
  // An instrumentation of the operator's may have begun a span of its own for the request.
  const around = context.active();
  const outer = trace.getSpanContext(around);
  let parent: SpanContext | undefined;
  let span: Span | undefined;
  const waiting: Step[] = [];

  function begin(): Span {
    if (span) return span;
    const from = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : around;
    const links = parent && outer ? [{ context: outer }] : [];
    span = tracer.startSpan('request', { kind: SpanKind.SERVER, startTime: began, links }, from);
    for (const step of waiting.splice(0)) record(step, span);
    return span;
  }

  function record({ name, began: startTime, ended, attributes, failed }: Step, owner: Span): void {
    const step = tracer.startSpan(name, { startTime, attributes }, trace.setSpan(around, owner));
    if (failed) step.setStatus({ code: SpanStatusCode.ERROR });
    step.end(ended);
  }

  let isOver = false;
  const request = {
    get isOver() {
      return isOver;
    },
    continues(found: SpanContext) {
      if (!span) parent ??= found;
      else if (span.spanContext().traceId !== found.traceId) span.addLink({ context: found });
    },
    begin,
    add(step: Step) {
      if (span) record(step, span);
      else waiting.push(step);
    },
    end({ name, attributes, failed }: Parameters<RequestSpan['end']>[0]) {
      const own = begin();
      own.updateName(name).setAttributes(attributes);
      if (failed) own.setStatus({ code: SpanStatusCode.ERROR });
      own.end();
      isOver = true;
    },
    get context(): Context {
      return around.setValue(key, request);
    },
  };
  return request;
}
