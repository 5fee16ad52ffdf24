/**
 * Crates as bags (BagIt, RFC 8493) in zip archives, which is how the Five Safes profile has them travel: the payload is the crate,
 * and manifests hold the hash of every file. SHA-512 because the profile wants it, SHA-256 because that is what was approved.
 *
 * The same facts and the same files give the same bytes.
 */
import { createHash } from 'node:crypto';
import { downloadFaults } from '../downloads/faults.ts';
import { type ZipEntry, zipOf } from '../downloads/zip.ts';
import type { JobRequestFacts, PlaceFacts, ReleasedFileFacts, ReleaseFacts } from './facts.ts';
import { jobRequestCrate, releaseCrate } from './five-safes.ts';
import { toSecond, uuidOf } from './names.ts';
import { jobRequestPreview, releasePreview } from './preview.ts';
import { presentFiles } from './review-entities.ts';
import { jsonText, type TextFile, workflowCrate, workflowFolder } from './workflow-crate.ts';

/** Gives the bytes of a released file from the beginning; called once a file, when its turn comes. */
export type OpenFile = (file: ReleasedFileFacts) => AsyncIterable<Uint8Array>;

/**
 * A release as a zip archive, made as it is read.
 *
 * @param openFile - where the bytes come from, of every file that was not taken back; they are compared with size and SHA-256 of the facts as they pass
 * @throws FaultError in the stream: `released-bytes-differ` where the bytes are not those that were approved. The stream breaks
 *   off then, so that what has been received is no archive.
 */
export function releaseBag(facts: ReleaseFacts, openFile: OpenFile): ReadableStream<Uint8Array> {
  const metadata = jsonText(releaseCrate(facts));
  return bagOf({
    folder: `release-${facts.identifier}`,
    info: bagInfo(facts, facts.url, facts.releasedAt, `Release from ${facts.workspace.name}`),
    texts: [...crateTexts(metadata, releasePreview(facts)), ...workflowTexts(facts.requests)],
    files: presentFiles(facts)
      .toSorted((left, right) => (left.path < right.path ? -1 : 1))
      .map((file) => ({ file, open: () => openFile(file) })),
  });
}

/** A job request as a zip archive: what ran, without outputs. */
export function jobRequestBag(facts: JobRequestFacts): ReadableStream<Uint8Array> {
  const metadata = jsonText(jobRequestCrate(facts, { hasFolders: true }));
  return bagOf({
    folder: `job-request-${facts.number}`,
    info: bagInfo(facts, facts.url, facts.updatedAt, `Job request in ${facts.workspace.name}`),
    texts: [...crateTexts(metadata, jobRequestPreview(facts)), ...workflowTexts([facts])],
    files: [],
  });
}

/**
 * The workflow of a job request as a crate of its own, in a zip archive without a folder around it.
 *
 * @param definition - text of its project.yaml, for who may read it
 */
export function workflowZip(
  facts: JobRequestFacts,
  definition: string,
): ReadableStream<Uint8Array> {
  const files = workflowCrate(facts, definition);
  return zipOf(files.map(({ path, text }) => ({ name: path, content: text })));
}

interface Bag {
  /** The one folder at the top of the archive. */
  readonly folder: string;
  /** Lines of `bag-info.txt`, without the size of the payload. */
  readonly info: readonly (readonly [string, string])[];
  /** Payload that is small, by its path in the crate. */
  readonly texts: readonly TextFile[];
  readonly files: readonly BagFile[];
}

interface BagFile {
  readonly file: ReleasedFileFacts;
  readonly open: () => AsyncIterable<Uint8Array>;
}

function bagOf(bag: Bag): ReadableStream<Uint8Array> {
  return zipOf(entriesOf(bag));
}

/** Hashes of a file of the bag. */
interface Line {
  readonly path: string;
  readonly sha256: string;
  readonly sha512: string;
}

async function* entriesOf(bag: Bag): AsyncGenerator<ZipEntry, void, undefined> {
  const tags: Line[] = [];
  const payload: Line[] = [];
  const tag = (path: string, text: string): ZipEntry => {
    tags.push(hashed(path, text));
    return { name: `${bag.folder}/${path}`, content: text };
  };
  yield tag('bagit.txt', 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
  yield tag('bag-info.txt', infoText(bag));
  for (const { path, text } of bag.texts) {
    payload.push(hashed(`data/${path}`, text));
    yield { name: `${bag.folder}/data/${path}`, content: text };
  }
  for (const one of bag.files) {
    const path = `data/outputs/${one.file.path}`;
    yield { name: `${bag.folder}/${path}`, content: () => checked(one, path, payload) };
  }
  // The archive asks for the next entry when it has written the one before: every hash is known by now.
  yield tag('manifest-sha256.txt', manifest(payload, 'sha256'));
  yield tag('manifest-sha512.txt', manifest(payload, 'sha512'));
  yield untagged(bag.folder, tags, 'sha256');
  yield untagged(bag.folder, tags, 'sha512');
}

function untagged(folder: string, tags: readonly Line[], kind: 'sha256' | 'sha512'): ZipEntry {
  return { name: `${folder}/tagmanifest-${kind}.txt`, content: manifest(tags, kind) };
}

async function* checked(
  { file, open }: BagFile,
  path: string,
  payload: Line[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const sha256 = createHash('sha256');
  const sha512 = createHash('sha512');
  for await (const piece of open()) {
    sha256.update(piece);
    sha512.update(piece);
    yield piece;
  }
  const line = { path, sha256: sha256.digest('hex'), sha512: sha512.digest('hex') };
  if (line.sha256 !== file.sha256) {
    throw downloadFaults.error('released-bytes-differ', { path: file.path });
  }
  payload.push(line);
}

function hashed(path: string, text: string): Line {
  return {
    path,
    sha256: createHash('sha256').update(text).digest('hex'),
    sha512: createHash('sha512').update(text).digest('hex'),
  };
}

function manifest(lines: readonly Line[], kind: 'sha256' | 'sha512'): string {
  return lines.map((line) => `${line[kind]}  ${encodePath(line.path)}\n`).join('');
}

/** RFC 8493, section 2.1.3: line ends and the percent sign, and nothing else, are written as bytes. */
function encodePath(path: string): string {
  return path.replace(/[%\r\n]/g, encodeURIComponent);
}

function crateTexts(metadata: string, preview: string): readonly TextFile[] {
  return [
    { path: 'ro-crate-metadata.json', text: metadata },
    { path: 'ro-crate-preview.html', text: preview },
  ];
}

function workflowTexts(requests: readonly JobRequestFacts[]): readonly TextFile[] {
  const byFolder = new Map(requests.map((request) => [workflowFolder(request.code), request]));
  return [...byFolder].flatMap(([folder, request]) => {
    const { definition } = request.code;
    const files = definition === null ? [] : workflowCrate(request, definition);
    return files.map(({ path, text }) => ({ path: `${folder}${path}`, text }));
  });
}

function bagInfo(
  { organisation, backend, site }: PlaceFacts,
  url: string,
  at: Date,
  description: string,
): Bag['info'] {
  return [
    ['Source-Organization', organisation.name],
    ['Contact-Name', backend.name],
    ['External-Description', description],
    ['External-Identifier', `urn:uuid:${uuidOf(url)}`],
    ['Bagging-Date', toSecond(at).slice(0, 10)],
    ['Bag-Software-Agent', `${site.name} ${site.version}`],
  ];
}

function infoText({ info, texts, files }: Bag): string {
  const sizes = [
    ...texts.map(({ text }) => Buffer.byteLength(text)),
    ...files.map(({ file }) => file.bytes),
  ];
  const octets = sizes.reduce((sum, size) => sum + size, 0);
  const lines = [...info, ['Payload-Oxum', `${octets}.${sizes.length}`] as const];
  return lines.map(([label, value]) => `${label}: ${value.replace(/\s+/g, ' ')}\n`).join('');
}
