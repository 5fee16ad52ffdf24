/**
 * Do the files in `codelists/` agree with the list and the manifest? Only what can be seen without a network; whether a
 * newer version exists is another question. Rules and their order: reference, CLI §4.5, with all faults told at once.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Diagnostic } from '@vitrine/pipeline';
import { z } from 'zod';
import { codelistFaults } from './faults.ts';

const folder = 'codelists';
const listFile = `${folder}/codelists.txt`;
const manifestFile = `${folder}/codelists.json`;

/** What lies in `codelists/`, as far as the check needs it. */
export interface CodelistFolder {
  /** Text of codelists.txt, null when there is none. */
  readonly list: string | null;
  /** Text of codelists.json, null when there is none. */
  readonly manifest: string | null;
  /** Hash of each CSV file by its name (see `codelistHash`). */
  readonly hashes: ReadonlyMap<string, string>;
}

interface ListedCodelist {
  /** `organisation/codelist/version` or `user/name/codelist/version`. */
  readonly id: string;
  readonly line: number;
}

interface ManifestFile {
  readonly id: string;
  readonly sha: string;
}

interface Manifest {
  readonly files: Readonly<Record<string, ManifestFile>>;
}

const manifestSchema: z.ZodType<Manifest> = z.object({
  files: z.record(z.string(), z.object({ id: z.string(), sha: z.string() })),
});

/** SHA-1 of a file's lines joined by a line feed, so that git's line-ending conversions do not count as edits. */
export function codelistHash(content: Uint8Array): string {
  const lines = Buffer.from(content)
    .toString('latin1')
    .split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  return createHash('sha1').update(lines.join('\n'), 'latin1').digest('hex');
}

/** Reads `codelists/` of a study. Null when the study has no such folder, which is in order. */
export async function readCodelistFolder(studyDir: string): Promise<CodelistFolder | null> {
  const names = await readdir(join(studyDir, folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (names === null) return null;
  const text = async (name: string): Promise<string | null> =>
    names.includes(name) ? readFile(join(studyDir, folder, name), 'utf8') : null;
  const csvs = names.filter((name) => name.endsWith('.csv')).toSorted();
  const hashes = await Promise.all(
    csvs.map(
      async (name) => [name, codelistHash(await readFile(join(studyDir, folder, name)))] as const,
    ),
  );
  return {
    list: await text('codelists.txt'),
    manifest: await text('codelists.json'),
    hashes: new Map(hashes),
  };
}

/** All faults of a codelists folder; none means that it is in order. Pure. */
export function checkCodelists(content: CodelistFolder): readonly Diagnostic[] {
  if (content.list === null) {
    return [codelistFaults.diagnose('codelist-list-missing', {}, { file: folder })];
  }
  const { listed, faults } = parseList(content.list);
  if (content.manifest === null) {
    // A study with nothing listed has nothing to record.
    if (listed.length === 0 && content.hashes.size === 0) return faults;
    return [
      ...faults,
      codelistFaults.diagnose('codelist-manifest-missing', {}, { file: manifestFile }),
    ];
  }
  const manifest = parseManifest(content.manifest);
  if ('code' in manifest) return [...faults, manifest];
  return [...faults, ...compare(listed, manifest, content.hashes)];
}

function parseList(text: string): { listed: ListedCodelist[]; faults: Diagnostic[] } {
  const listed: ListedCodelist[] = [];
  const faults: Diagnostic[] = [];
  const versionOf = new Map<string, string>();
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const id = raw.trim().replace(/\/+$/, '');
    if (id === '' || id.startsWith('#')) continue;
    const place = { file: listFile, line: index + 1 };
    const parts = id.split('/');
    const wanted = parts[0] === 'user' ? 4 : 3;
    if (parts.length !== wanted || parts.includes('')) {
      faults.push(codelistFaults.diagnose('codelist-line-malformed', { line: id }, place));
      continue;
    }
    const codelist = parts.slice(0, -1).join('/');
    const other = versionOf.get(codelist);
    if (other === id) {
      faults.push(codelistFaults.diagnose('codelist-listed-twice', { id }, place));
    } else if (other !== undefined) {
      faults.push(codelistFaults.diagnose('codelist-two-versions', { id, other }, place));
    } else {
      versionOf.set(codelist, id);
      listed.push({ id, line: index + 1 });
    }
  }
  return { listed, faults };
}

function parseManifest(text: string): Manifest | Diagnostic {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return codelistFaults.diagnose(
      'codelist-manifest-malformed',
      { problem: 'it is not JSON' },
      { file: manifestFile },
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  return codelistFaults.diagnose(
    'codelist-manifest-malformed',
    { problem: `“${path}” is missing or of the wrong type` },
    { file: manifestFile },
  );
}

function compare(
  listed: readonly ListedCodelist[],
  manifest: Manifest,
  hashes: ReadonlyMap<string, string>,
): Diagnostic[] {
  const files = Object.entries(manifest.files);
  const downloaded = new Set(files.map(([, { id }]) => id));
  const wanted = new Set(listed.map(({ id }) => id));
  const recorded = new Set(files.map(([file]) => file));
  const at = (file: string): { file: string } => ({ file: `${folder}/${file}` });
  return [
    ...listed
      .filter(({ id }) => !downloaded.has(id))
      .map(({ id, line }) =>
        codelistFaults.diagnose('codelist-not-downloaded', { id }, { file: listFile, line }),
      ),
    ...files
      .filter(([, { id }]) => !wanted.has(id))
      .map(([file, { id }]) =>
        codelistFaults.diagnose('codelist-no-longer-listed', { id, file }, at(file)),
      ),
    ...files
      .filter(([file]) => !hashes.has(file))
      .map(([file]) => codelistFaults.diagnose('codelist-file-missing', { file }, at(file))),
    ...[...hashes.keys()]
      .filter((file) => !recorded.has(file))
      .map((file) => codelistFaults.diagnose('codelist-file-unknown', { file }, at(file))),
    ...files
      .filter(([file, { sha }]) => hashes.has(file) && hashes.get(file) !== sha)
      .map(([file]) => codelistFaults.diagnose('codelist-file-edited', { file }, at(file))),
  ];
}
