/**
 * Traces from submit to the last output: one span for the submission, and under it one for each job that ran, with how long it
 * waited and how long it ran. The context of the submission is stored with the jobs, so that any server can go on with the trace,
 * and is handed to the agent. Names and codes go into spans that anybody may read on the pages, and nothing else.
 */
import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { JobRow } from '../database/schema.ts';

export interface Tracing {
  /** Begins the span of a submission, under the span that the client names, if it names one. */
  submit(attributes: Attributes, clientContext?: string): Submission;
  /** Tells of a job that has ended. */
  jobEnded(job: JobRow): void;
  /** Sends what has not been sent yet. Never throws: a collector that is away stops nothing. */
  close(): Promise<void>;
}

export interface Submission {
  /** W3C `traceparent` for what follows from it; null where there is none. */
  readonly context: string | null;
  end(attributes: Attributes, error?: unknown): void;
}

/** No traces; what a client sends of its own goes on all the same. */
export const noTracing: Tracing = {
  submit: (_, clientContext) => ({
    context: isTraceContext(clientContext) ? clientContext : null,
    end: () => {},
  }),
  jobEnded: () => {},
  close: async () => {},
};

const TRACE_CONTEXT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

export function isTraceContext(text: string | undefined): text is string {
  return text !== undefined && parse(text) !== null;
}

/** @param endpoint - of a collector, as OTEL_EXPORTER_OTLP_ENDPOINT has it: `/v1/traces` comes after it */
export function otlpTracing(endpoint: string): Tracing {
  return tracingTo(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }));
}

export function tracingTo(exporter: SpanExporter): Tracing {
  const provider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('vitrine');
  return {
    submit: (attributes, clientContext) => {
      const span = tracer.startSpan('submit job request', { attributes }, under(clientContext));
      return {
        context: textOf(span.spanContext()),
        end: (more, error) => {
          span.setAttributes(more);
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    jobEnded: (job) => traceJob(tracer, job),
    close: async () => {
      await provider.forceFlush().catch(() => {});
      await provider.shutdown().catch(() => {});
    },
  };
}

function traceJob(tracer: Tracer, job: JobRow): void {
  if (job.trace_context === null || job.finished_at === null) return;
  const whole = tracer.startSpan(
    `job ${job.action}`,
    {
      startTime: job.created_at,
      attributes: {
        'vitrine.job': job.identifier,
        'vitrine.action': job.action,
        'vitrine.status_code': job.status_code,
        'vitrine.attempt': job.attempt,
      },
    },
    under(job.trace_context),
  );
  if (job.state === 'failed') whole.setStatus({ code: SpanStatusCode.ERROR });
  const inside = trace.setSpan(ROOT_CONTEXT, whole);
  const part = (name: string, from: Date | null, to: Date | null): void => {
    if (from === null || to === null || to < from) return;
    tracer.startSpan(name, { startTime: from }, inside).end(to);
  };
  part('waits for other jobs', job.created_at, job.ready_at);
  part('waits for a place', job.ready_at, job.claimed_at);
  part('is prepared', job.claimed_at, job.started_at);
  part('runs', job.started_at, job.finished_at);
  whole.end(job.finished_at);
}

function under(context: string | undefined): typeof ROOT_CONTEXT {
  const parent = context === undefined ? null : parse(context);
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

function parse(context: string): SpanContext | null {
  const [, traceId = '', spanId = '', flags = ''] = TRACE_CONTEXT.exec(context) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function textOf({ traceId, spanId, traceFlags }: ReturnType<Span['spanContext']>): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
