/** The exports, judged by the validators of their own fields (bagit, rocrate-validator, prov). */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobRequestBag, releaseBag } from './bag.ts';
import {
  anyJobRequest,
  anyRelease,
  contents,
  jobRequest,
  release,
  sealedRequest,
} from './facts.testing.ts';
import type { JobRequestFacts, ReleasedFileFacts, ReleaseFacts } from './facts.ts';
import { judge, unpack } from './judge.testing.ts';
import { jobRequestProv, releaseProv } from './prov.ts';

/** The bytes of a drawn file are its path. */
async function* open({ path }: ReleasedFileFacts): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(contents[path] ?? path);
  yield bytes.subarray(0, 3);
  yield bytes.subarray(3);
}

/** bagit does not read the percent sign back, which RFC 8493 has us write as bytes. */
const withoutPercent = ({ files }: ReleaseFacts): boolean =>
  files.every(({ path }) => !path.includes('%'));

const releases: readonly ReleaseFacts[] = [
  release,
  ...fc.sample(anyRelease.filter(withoutPercent), 3),
];
/** That of the story is in its release. */
const requests: readonly JobRequestFacts[] = [sealedRequest, ...fc.sample(anyJobRequest, 2)];

let parent = '';
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'vitrine-exports-'));
});
afterAll(() => rmSync(parent, { recursive: true }));

/** Of an archive, the one folder at its top. */
async function bag(archive: ReadableStream<Uint8Array>, name: string): Promise<string> {
  const folder = await unpack(archive, parent, name);
  const [top, ...others] = readdirSync(folder);
  if (top === undefined || others.length > 0) throw new Error('a bag has one folder at its top');
  return join(folder, top);
}

/** The validators take a minute where the machine is busy. */
const timeout = 600_000;

test('validators find nothing wrong with any export, and see what is wrong with a broken one', {
  timeout,
}, async () => {
  const bags = await Promise.all([
    ...releases.map((facts, index) => bag(releaseBag(facts, open), `release-${index}`)),
    ...requests.map((facts, index) => bag(jobRequestBag(facts), `request-${index}`)),
  ]);
  const workflow = (folder: string, facts: JobRequestFacts): string =>
    join(folder, 'data/workflow', facts.code.commit);
  const [whole = ''] = bags;
  const workflows = [workflow(whole, jobRequest)];
  const provs = [...releases.map(releaseProv), ...requests.map(jobRequestProv)];

  const broken = join(parent, 'broken');
  cpSync(whole, broken, { recursive: true });
  const metadata = join(broken, 'data/ro-crate-metadata.json');
  const text = readFileSync(metadata, 'utf8');
  writeFileSync(metadata, text.replace('"license"', '"colour"').replaceAll('"instrument"', '"x"'));
  const backwards = jobRequestProv({ ...jobRequest, startedAt: new Date('2400-01-01T00:00:00Z') });

  const found = await judge({
    bags: [...bags, broken],
    runs: [whole, broken].map((folder) => join(folder, 'data')),
    workflows,
    provs: [...provs, backwards],
  });
  expect(found.bags.slice(0, -1)).toEqual(bags.map(() => []));
  expect(found.workflows).toEqual(workflows.map(() => []));
  expect(found.runs).toEqual([
    [],
    expect.arrayContaining([expect.stringContaining('The Action MUST have an instrument')]),
  ]);
  expect(found.provs.slice(0, -1)).toEqual(provs.map(() => []));
  expect(found.bags.at(-1)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('bagit: '),
      expect.stringContaining('MUST have a `license` property'),
    ]),
  );
  expect(found.provs.at(-1)).toEqual([expect.stringContaining('ends before it starts')]);
});
