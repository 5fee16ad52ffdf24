/**
 * What may be looked at inside the secure environment (level 4): eleven types of file, of limited size, and no tables
 * of patients (pipeline-and-job-runner §3.6). Checks fail closed (promise P7): what cannot be read is refused.
 */
import {
  checkFile,
  DISCLOSURE_SETTINGS,
  type DisclosureSettings,
  type FileReport,
} from '@vitrine/disclosure';
import { level4FileTypes } from '@vitrine/pipeline';
import { readCsvShape } from './csv-shape.ts';

export interface Level4Rules {
  /** Without the dot, compared exactly. */
  readonly extensions: readonly string[];
  readonly maximumBytes: number;
  readonly maximumRows: number;
  /** Thresholds of the checks of what may be released, which the owner of the data sets. */
  readonly disclosure: DisclosureSettings;
}

export const LEVEL4_RULES: Level4Rules = {
  extensions: level4FileTypes,
  maximumBytes: 16 * 1024 * 1024,
  maximumRows: 5000,
  disclosure: DISCLOSURE_SETTINGS,
};

export interface Level4Verdict {
  /** Why it is refused, as sentences, or null when it may be seen. */
  readonly refusal: string | null;
  /** Of a CSV file that could be read; otherwise null. */
  readonly rows: number | null;
  readonly columns: number | null;
  /** What must not leave as it is; null for a file that may not even be seen. */
  readonly disclosure: DisclosureVerdict | null;
}

/** Outcome of the disclosure checks. It tells of what is in the file, so it stays where the file is. */
export type DisclosureVerdict = Omit<FileReport, 'path'>;

/** Findings that are kept in the manifest; all of them are counted. */
const KEPT_FINDINGS = 20;

/** A file on its way to level 4. */
export interface Level4Candidate {
  readonly path: string;
  readonly size: number;
  /** Reads all of it. Called only when the size is within the rules. */
  readonly read: () => Promise<Uint8Array>;
}

/** Judges one file by the rules, in the order of cost: size, type, content. */
export async function checkLevel4(
  candidate: Level4Candidate,
  rules: Level4Rules = LEVEL4_RULES,
): Promise<Level4Verdict> {
  if (candidate.size > rules.maximumBytes) {
    const limit = formatMebibytes(rules.maximumBytes);
    return refused(`The file is ${formatMebibytes(candidate.size)}; the limit is ${limit}.`);
  }
  const extension = extensionOf(candidate.path);
  if (!rules.extensions.includes(extension)) {
    const type = extension === '' ? 'Files without an extension' : `Files of type .${extension}`;
    return refused(`${type} may not be seen at level 4, only ${rules.extensions.join(', ')}.`);
  }
  const bytes = await candidate.read();
  const verdict =
    extension === 'csv'
      ? checkCsv(bytes, rules)
      : DELIMITED_TEXT.includes(extension)
        ? checkText(bytes)
        : SEEN;
  return verdict.refusal === null
    ? { ...verdict, disclosure: checkDisclosure(candidate.path, bytes, rules) }
    : verdict;
}

function checkDisclosure(path: string, bytes: Uint8Array, rules: Level4Rules): DisclosureVerdict {
  const { passes, findings, counts } = checkFile({ path, bytes }, rules.disclosure);
  return { passes, counts, findings: findings.slice(0, KEPT_FINDINGS) };
}

/** Types that are free text by name, but hold a table often enough to look at the first line. */
const DELIMITED_TEXT: readonly string[] = ['txt', 'log', 'md'];

function checkCsv(bytes: Uint8Array, rules: Level4Rules): Level4Verdict {
  const reading = readCsvShape(bytes);
  if (!reading.readable) return refused(`The CSV file cannot be checked: ${reading.reason}.`);
  const { rows, columns, names } = reading.shape;
  const reasons = [
    ...(names.some(isPatientId) ? ['The file has a patient_id column.'] : []),
    ...(rows > rules.maximumRows
      ? [`The file has ${rows} rows; the limit is ${rules.maximumRows}.`]
      : []),
  ];
  return {
    refusal: reasons.length === 0 ? null : reasons.join(' '),
    rows,
    columns,
    disclosure: null,
  };
}

/** A text is refused only when it plainly is a table of patients: its first line has that column among others. */
function checkText(bytes: Uint8Array): Level4Verdict {
  const [line = ''] = new TextDecoder()
    .decode(bytes)
    .trimStart()
    .split(/[\r\n]/, 1);
  const fields = line.split(/[,;\t|]/);
  return fields.length > 1 && fields.some(isPatientId)
    ? refused('The file is a table with a patient_id column.')
    : SEEN;
}

/** However it is written: case, quotation marks, spaces and invisible characters do not hide it. */
function isPatientId(name: string): boolean {
  return (
    name
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]/gu, '') === 'patientid'
  );
}

/** Last part of the file's name after a dot; `a.csv.gz` has `gz`. */
function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1);
}

function formatMebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

function refused(refusal: string): Level4Verdict {
  return { refusal, rows: null, columns: null, disclosure: null };
}

const SEEN: Level4Verdict = { refusal: null, rows: null, columns: null, disclosure: null };
