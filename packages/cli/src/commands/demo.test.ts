import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'vitrine-demo-'));
});
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

async function vitrine(
  ...words: readonly string[]
): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { exitCode, out, err };
}

test('the demo runs both job requests, shows them, and ends', { timeout: 600_000 }, async () => {
  const folder = join(root, 'demo');
  const { exitCode, out, err } = await vitrine(
    'demo',
    '--exit',
    '--json',
    '--port=0',
    `--folder=${folder}`,
  );
  expect(err).toMatch(/^The demo is at http:\/\/127\.0\.0\.1:\d+\n$/);
  const { ok, jobs, checks } = JSON.parse(out);
  expect(checks.filter(({ missing }: { missing: string[] }) => missing.length > 0)).toEqual([]);
  expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
  expect(
    jobs.map(({ request, action, code }: Record<string, unknown>) => [request, action, code]),
  ).toEqual([
    [559, 'generate_delivery_cohort', 'definition_invalid'],
    [8356, 'generate_study_population_bp', 'succeeded'],
    [8356, 'generate_bp_timeseries', 'succeeded'],
    [8356, 'generate_bp_breakdowns', 'succeeded'],
    [8357, 'generate_population', 'succeeded'],
    [8357, 'describe_population', 'succeeded'],
  ]);
});

test.each([
  [['demo', '--port', '70000'], /whole number from 0 to 65535/],
  [['agent', '--config', '/nonexistent.json'], /cannot be read/],
])('%s is wrong usage', async (words, message) => {
  const { exitCode, err } = await vitrine(...words);
  expect(err).toMatch(message);
  expect(exitCode).toBe(2);
});
