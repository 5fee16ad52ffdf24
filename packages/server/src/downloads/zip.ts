import { makeZip } from 'client-zip';
import { downloadFaults } from './faults.ts';

/** A file of an archive. */
export interface ZipEntry {
  /** Relative, with `/` between its parts. */
  readonly name: string;
  /** What is in it; a function is called when its turn comes, and what it gives is read once. */
  readonly content: string | Uint8Array | (() => AsyncIterable<Uint8Array>);
}

/**
 * The one time of every entry, so that the same files make the same archive. Archives count from 1980, in local time without a
 * zone; so does this.
 */
const FIXED_TIME = new Date(1980, 0, 1);

/**
 * An archive of files, in their order, as it is read: at no time is more of them in memory than the piece that comes next.
 *
 * Entries are stored, not compressed, and have one time: the same entries give the same bytes on every machine.
 * Where the reader goes away, the file that is open is closed. A file that fails breaks the stream off.
 *
 * @throws FaultError in the stream: `archive-name-refused` for names that leave the folder or come twice
 */
export function zipOf(
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
): ReadableStream<Uint8Array> {
  return ReadableStream.from(zipBytes(entries));
}

async function* zipBytes(
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
): AsyncGenerator<Uint8Array, void, undefined> {
  // The writer leaves its inputs open where it is stopped, and says the reason back as an error.
  const opened = new Set<AsyncIterator<Uint8Array>>();
  const source = inputsOf(entries, opened);
  const reader = makeZip(source).getReader();
  const stopped = new Error('the archive is no longer read');
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel(stopped).catch((error: unknown) => {
      if (error !== stopped) throw error;
    });
    for (const iterator of opened) await iterator.return?.();
    await source.return();
  }
}

interface Input {
  readonly name: string;
  readonly lastModified: Date;
  readonly input: string | Uint8Array | AsyncIterable<Uint8Array>;
}

async function* inputsOf(
  entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>,
  opened: Set<AsyncIterator<Uint8Array>>,
): AsyncGenerator<Input, void, undefined> {
  const names = new Set<string>();
  for await (const { name, content } of entries) {
    checkName(name, names);
    names.add(name);
    const input = typeof content === 'function' ? followed(content(), opened) : content;
    yield { name, lastModified: FIXED_TIME, input };
  }
}

async function* followed(
  content: AsyncIterable<Uint8Array>,
  opened: Set<AsyncIterator<Uint8Array>>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = content[Symbol.asyncIterator]();
  opened.add(iterator);
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    yield next.value;
  }
  opened.delete(iterator);
}

/** Whoever unpacks an archive must find each file inside the folder that they chose. */
function checkName(name: string, taken: ReadonlySet<string>): void {
  const reason = refusal(name, taken);
  if (reason !== null) throw downloadFaults.error('archive-name-refused', { name, reason });
}

/** 65,535 is what the two bytes of a name's length can say. */
const MAX_NAME_BYTES = 65_535;

function refusal(name: string, taken: ReadonlySet<string>): string | null {
  if (taken.has(name)) return 'is there already';
  if (name.includes('\\') || name.includes('\0')) return 'has a character that cannot be in a name';
  if (name.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'is not a path within the archive';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return 'is too long';
  return null;
}
