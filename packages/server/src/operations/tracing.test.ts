import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import { createJobRequest } from '../job-requests/create-job-request.ts';
import { given, TestServer } from '../job-server.testing.ts';
import { applyReports } from '../scheduling/apply-reports.ts';
import { noTracing, otlpTracing } from './tracing.ts';

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

/** A collector, as far as it takes what comes and keeps it. */
let collector: Server;
let endpoint: string;
const spans: SentSpan[] = [];
let database: Database;

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const text = (
        request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
      ).toString();
      if (request.url === '/v1/traces') {
        for (const { scopeSpans } of JSON.parse(text).resourceSpans) {
          for (const scope of scopeSpans) spans.push(...scope.spans);
        }
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  database = await openDatabase({ url: null, dataDir: null });
});
afterAll(async () => {
  collector.closeAllConnections();
  await new Promise<void>((resolve) => collector.close(() => resolve()));
  await database.close();
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

test('one trace from submit to the last output, whatever servers it went through, and the agent knows of it', async () => {
  const server = new TestServer(database);
  const [submitting, reporting] = [otlpTracing(endpoint), otlpTracing(endpoint)];
  const backend = await server.backend();
  const workspace = await server.workspace({ a: [], b: ['a'] });
  await createJobRequest(
    { ...server.context, tracing: submitting },
    {
      workspace: workspace.name,
      backend: backend.slug,
      requestedBy: server.person,
      actions: ['b'],
      traceContext: traceparent,
    },
  );
  const agent = server.agent(backend);
  for (let jobs = 0; jobs < 2; jobs += 1) {
    server.pass(5);
    const task = given((await agent.claim()).tasks[0]);
    agent.held.length = 0;
    expect(task.trace_context).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    for (const status_code of ['executing', 'succeeded'] as const) {
      server.pass(5);
      const at = `${server.now.toISOString().slice(0, 19)}Z`;
      await applyReports({ ...server.context, tracing: reporting }, backend.id, {
        agent: agent.name,
        reports: [{ job: task.job, attempt: 1, at, status_code }],
      });
    }
  }
  await submitting.close();
  await reporting.close();
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  const submit = given(spans.find(({ name }) => name === 'submit job request'));
  expect(submit.parentSpanId).toBe('00f067aa0ba902b7');
  const jobs = spans.filter(({ name }) => name.startsWith('job '));
  expect(jobs.map(({ name, parentSpanId }) => `${name} ${parentSpanId}`).toSorted()).toEqual([
    `job a ${submit.spanId}`,
    `job b ${submit.spanId}`,
  ]);
  const parts = spans.filter(({ parentSpanId }) => parentSpanId === jobs[1]?.spanId);
  expect(parts.map(({ name }) => name).toSorted()).toEqual([
    'is prepared',
    'runs',
    'waits for a place',
    'waits for other jobs',
  ]);
});

test('a collector that is away stops nothing', async () => {
  const tracing = otlpTracing('http://127.0.0.1:1');
  tracing.submit({}).end({});
  await tracing.close();
});

test.each([
  traceparent.slice(1),
  `${traceparent}x`,
  '00-0000000000000000000000000000000-0000000000000000-00',
  'x'.repeat(100_000),
])('what is no trace context is not stored: %#', (text) => {
  expect(noTracing.submit({}, text).context).toBeNull();
  expect(noTracing.submit({}, traceparent).context).toBe(traceparent);
});
