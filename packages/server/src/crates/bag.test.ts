import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobRequestBag, type OpenFile, releaseBag, workflowZip } from './bag.ts';
import { contents, fileOf, jobRequest, release, sealedRequest } from './facts.testing.ts';
import type { ReleasedFileFacts, ReleaseFacts } from './facts.ts';
import { unpack } from './judge.testing.ts';

let parent = '';
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'vitrine-bag-'));
});
afterAll(() => rmSync(parent, { recursive: true }));

const open: OpenFile = async function* ({ path }) {
  yield Buffer.from(contents[path] ?? path);
};

const bytesOf = async (archive: ReadableStream<Uint8Array>): Promise<Buffer> =>
  Buffer.from(await new Response(archive).arrayBuffer());

const withFile = (file: ReleasedFileFacts): ReleaseFacts => ({ ...release, files: [file] });
const [first] = release.files;
const named = (path: string): ReleasedFileFacts => fileOf(path, path, first.job, first.approvals);

test('a release is one folder with its files, what is said of them, and the hash of everything', async () => {
  const folder = await unpack(releaseBag(release, open), parent, 'release');
  expect(readdirSync(folder)).toEqual([`release-${release.identifier}`]);
  const top = join(folder, `release-${release.identifier}`);
  const workflow = `workflow/${jobRequest.code.commit}`;
  expect(
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(top.length + 1))
      .toSorted(),
  ).toEqual([
    'bag-info.txt',
    'bagit.txt',
    'data/outputs/figures/Zürich–2.svg',
    'data/outputs/tables/age by sex.csv',
    'data/ro-crate-metadata.json',
    'data/ro-crate-preview.html',
    `data/${workflow}/project.yaml`,
    `data/${workflow}/ro-crate-metadata.json`,
    'manifest-sha256.txt',
    'manifest-sha512.txt',
    'tagmanifest-sha256.txt',
    'tagmanifest-sha512.txt',
  ]);
  const text = (path: string): string => readFileSync(join(top, path), 'utf8');
  expect(text('manifest-sha256.txt')).toContain(`${first.sha256}  data/outputs/${first.path}\n`);
  const sha512 = createHash('sha512').update(text('bagit.txt')).digest('hex');
  expect(text('tagmanifest-sha512.txt')).toContain(`${sha512}  bagit.txt\n`);
  expect(text('bag-info.txt')).toMatch(/^External-Identifier: urn:uuid:[0-9a-f-]{36}$/m);
  expect(text('data/ro-crate-preview.html')).toContain('href="outputs/tables/age%20by%20sex.csv"');
});

test('the same facts and files give the same bytes, in whatever order the files are told', async () => {
  const [one, two] = release.files;
  const turned = { ...release, files: [two ?? one, one] } satisfies ReleaseFacts;
  const names = async (facts: ReleaseFacts): Promise<readonly string[]> => {
    const text = (await bytesOf(releaseBag(facts, open))).toString('latin1');
    return [...text.matchAll(/data\/outputs\/[a-z]+\//g)].map(([name]) => name);
  };
  expect(
    (await bytesOf(releaseBag(release, open))).equals(await bytesOf(releaseBag(release, open))),
  ).toBe(true);
  expect(await names(turned)).toEqual(await names(release));
});

test.each([
  ['other bytes', 'sex,n\nF,11\nM,20\n'],
  ['fewer bytes', 'sex'],
  ['no bytes', ''],
])('P4: breaks off where %s lie in the store than were approved', async (_, stored) => {
  const changed: OpenFile = async function* () {
    yield Buffer.from(stored);
  };
  const reading = bytesOf(releaseBag(release, changed));
  await expect(reading).rejects.toMatchObject({
    diagnostics: [expect.objectContaining({ code: 'released-bytes-differ' })],
  });
});

test('manifests write what would break their lines as bytes (RFC 8493, section 2.1.3)', async () => {
  const bytes = await bytesOf(releaseBag(withFile(named('50% a&b.csv')), open));
  const text = bytes.toString('latin1');
  expect(text).toContain('  data/outputs/50%25 a&b.csv\n');
  expect(text).not.toContain('  data/outputs/50% a&b.csv\n');
});

test('a file that was taken back is not asked for, and what is said of it stays', async () => {
  const withdrawn = { at: new Date('2026-06-01T00:00:00Z'), reason: 'A count was too small.' };
  const asked: string[] = [];
  const facts: ReleaseFacts = { ...release, files: [{ ...first, withdrawn }, named('b.csv')] };
  const watched: OpenFile = (file) => {
    asked.push(file.path);
    return open(file);
  };
  const text = (await bytesOf(releaseBag(facts, watched))).toString('latin1');
  expect(asked).toEqual(['b.csv']);
  expect(text).toContain('"description": "Taken back on 2026-06-01: A count was too small."');
  expect(text).toContain(first.sha256);
});

test('a job request is a bag without outputs; its project.yaml is there for who may read it', async () => {
  const list = async (archive: ReadableStream<Uint8Array>, name: string): Promise<string[]> => {
    const folder = await unpack(archive, parent, name);
    const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return all
      .filter((path) => path.includes('data/'))
      .map((path) => path.slice(path.indexOf('data/')));
  };
  const open = await list(jobRequestBag(jobRequest), 'open');
  expect(open).toContain(`data/workflow/${jobRequest.code.commit}/project.yaml`);
  expect(open.some((path) => path.includes('outputs'))).toBe(false);
  expect((await list(jobRequestBag(sealedRequest), 'sealed')).toSorted()).toEqual([
    'data/ro-crate-metadata.json',
    'data/ro-crate-preview.html',
  ]);
});

test('the workflow can be had as a crate of its own', async () => {
  const text = jobRequest.code.definition ?? '';
  const folder = await unpack(workflowZip(jobRequest, text), parent, 'workflow');
  expect(readdirSync(folder).toSorted()).toEqual(['project.yaml', 'ro-crate-metadata.json']);
  expect(readFileSync(join(folder, 'project.yaml'), 'utf8')).toBe(text);
});
