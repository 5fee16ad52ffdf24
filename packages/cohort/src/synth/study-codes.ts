/** The codes of a study's codelists, sorted by the tables that they occur in. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeCsv } from '../formats/csv-decode.ts';
import { synthFaults } from './faults.ts';
import type { VocabularyName } from './vocabulary.ts';

/** Codes that are recorded more often, by vocabulary. */
export type StudyCodes = Readonly<Record<VocabularyName, readonly string[]>>;

export const noStudyCodes: StudyCodes = {
  snomed: [],
  ctv3: [],
  drug: [],
  icd10: [],
  opcs4: [],
  emergency: [],
};

/** Where a study keeps codelists: what comes from OpenCodelists, and its own. */
const foldersOfStudy = ['codelists', 'local_codelists'];

/**
 * The codes in the codelists of a study's folder.
 *
 * @throws FaultError synth-codelists-missing where it has neither folder; the faults of a file that is no CSV.
 */
export async function codesOfStudy(directory: string): Promise<StudyCodes> {
  const found = await Promise.all(foldersOfStudy.map((name) => csvsOf(join(directory, name))));
  if (found.every((files) => files === null)) {
    throw synthFaults.error('synth-codelists-missing', { folder: directory, study: true });
  }
  return codesIn(found.flatMap((files) => files ?? []));
}

/**
 * The codes in the CSV files of a folder.
 *
 * @throws FaultError synth-codelists-missing where there is no such folder.
 */
export async function codesOfFolder(folder: string): Promise<StudyCodes> {
  const files = await csvsOf(folder);
  if (files === null) throw synthFaults.error('synth-codelists-missing', { folder, study: false });
  return codesIn(files);
}

async function csvsOf(folder: string): Promise<readonly string[] | null> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  return (
    names
      ?.filter((name) => name.endsWith('.csv'))
      .toSorted()
      .map((name) => join(folder, name)) ?? null
  );
}

async function codesIn(files: readonly string[]): Promise<StudyCodes> {
  const codes: Record<VocabularyName, string[]> = {
    snomed: [],
    ctv3: [],
    drug: [],
    icd10: [],
    opcs4: [],
    emergency: [],
  };
  for (const file of files) {
    const { column, values } = codeColumn(await readFile(file), file);
    const hint = `${basename(file)} ${column}`.toLowerCase();
    for (const code of values)
      for (const name of vocabulariesOf(code, hint)) codes[name].push(code);
  }
  return codes;
}

/**
 * The vocabularies that a code can be of, from its shape and from the words around it. A codelist file does not say its
 * system, so a shape of several systems counts for all of them.
 *
 * @param hint - Names of the file and of the column, in lower case.
 */
export function vocabulariesOf(code: string, hint: string): readonly VocabularyName[] {
  if (/^\d{6,18}$/.test(code)) {
    if (/dm\+?d|drug|medic|\bvpid|\bapid/.test(hint)) return ['drug'];
    return /ecds|emergency|attend/.test(hint) ? ['snomed', 'emergency'] : ['snomed'];
  }
  if (/^[A-Z]\d{2}[\dX]?$/.test(code)) {
    if (/opcs|procedure/.test(hint)) return ['opcs4'];
    return /icd/.test(hint) ? ['icd10'] : ['icd10', 'opcs4'];
  }
  return /^[\dA-Za-z.]{5}$/.test(code) ? ['ctv3'] : [];
}

/** Column that holds the codes: the one that is called so, else the first whose name speaks of codes, else the first. */
function codeColumn(content: Buffer, file: string): { column: string; values: readonly string[] } {
  const { columns } = decodeCsv(content, { file, limit: content.length });
  const names = columns.map(({ name }) => name.trim().toLowerCase());
  const exact = names.findIndex((name) =>
    ['code', 'dmd_id', 'snomedcode', 'ctv3id'].includes(name),
  );
  const near = names.findIndex((name) => /code|^id$|_id$/.test(name));
  const index = exact >= 0 ? exact : Math.max(0, near);
  const column = columns[index];
  const values = column?.kind === 'text' ? column.labels.map((label) => String(label).trim()) : [];
  return { column: names[index] ?? '', values: values.filter((value) => value !== '') };
}
