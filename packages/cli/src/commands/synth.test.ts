import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { type Ran, vitrine } from '../testing.ts';

// A command takes a second or two of a free processor, which on a busy machine can be minutes.
vi.setConfig({ testTimeout: 600_000 });

const folder = mkdtempSync(join(tmpdir(), 'vitrine-synth-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const synth = (...words: readonly string[]): Promise<Ran> =>
  vitrine(['synth', ...words], { cwd: folder });

test('makes a database with the codes of a study and says how many rows each table has', async () => {
  mkdirSync(join(folder, 'study/codelists'), { recursive: true });
  writeFileSync(join(folder, 'study/codelists/pressure.csv'), 'code,term\n271649006,systolic\n');
  const ran = await synth('--patients', '50', '--events', '1k', '--study', 'study', '--json');
  expect(ran).toMatchObject({ code: 0, err: '' });
  const { ok, output, rows } = JSON.parse(ran.out);
  expect({ ok, output }).toEqual({ ok: true, output: join(folder, 'synthetic.duckdb') });
  expect(rows).toMatchObject({ Patient: 50, CodedEvent_SNOMED: 500, CodedEvent: 200 });
  // What is there now is not overwritten.
  const again = await synth('--patients', '50');
  expect(again.code).toBe(2);
  expect(again.err).toContain('synthetic.duckdb exists already');
});

test.each([
  ['no number of patients', [], 'required option'],
  ['a number that is none', ['--patients', 'many'], 'whole number from 1 up'],
  ['half a patient', ['--patients', '0.5'], 'whole number from 1 up'],
  ['a seed that is none', ['--patients', '5', '--seed', 'x'], 'whole number from 0 up'],
  ['a memory that is no size', ['--patients', '5', '--memory', 'much'], '“much” is not a size'],
  [
    'two sources of codes',
    ['--patients', '5', '--study', '.', '--codelists', '.'],
    'cannot be used',
  ],
  [
    'a folder that is not there',
    ['--patients', '5', '--output', 'no/where.duckdb'],
    'Nothing can be written in',
  ],
  [
    'a study without codelists',
    ['--patients', '5', '--study', 'empty'],
    'neither codelists/ nor local_codelists/',
  ],
  [
    'a folder of codelists that is not there',
    ['--patients', '5', '--codelists', 'empty'],
    'no folder of codelists at',
  ],
  ['too many events', ['--patients', '1', '--events', '1M', '--output', 'x'], 'too many'],
])('refuses %s', async (_what, words, said) => {
  const ran = await synth(...words);
  expect(ran.err).toContain(said);
  expect(ran.code).toBe(2);
});

test('a full disk is named, and nothing half is left', async () => {
  const place = join(folder, 'full');
  mkdirSync(place);
  // No file may grow beyond about a megabyte, which is what a full disk looks like to the one who writes.
  const program = join(import.meta.dirname, '../main.ts');
  const words = ['synth', '--patients', '5k', '--output', join(place, 'x.duckdb')];
  const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) => {
    execFile(
      'sh',
      ['-c', 'ulimit -f 2000; exec "$0" "$@"', process.execPath, program, ...words],
      { env: { ...process.env, NO_COLOR: '1' } },
      (error, _out, said) => resolve({ code: error?.code ?? 0, err: said }),
    );
  });
  expect(err).toContain('There is no more space in');
  expect(code).toBe(3);
  expect(readdirSync(place)).toEqual([]);
});
