/** One file: by its name and its first bytes to the checks of its type. What cannot be read fails (promise P7). */
import { decodeText, hasInvisible } from './decode-text.ts';
import { type FileReport, FindingList } from './finding.ts';
import { unpack } from './gzip.ts';
import { checkJpeg } from './image/jpeg.ts';
import { checkPng } from './image/png.ts';
import { checkJson } from './json/check-json.ts';
import { checkHtml } from './markup/check-html.ts';
import { checkSvg } from './markup/check-svg.ts';
import { DISCLOSURE_SETTINGS, type DisclosureSettings } from './settings.ts';
import { checkCellTexts } from './table/cell-texts.ts';
import { checkTable } from './table/check-table.ts';
import { scanDelimited } from './table/scan-delimited.ts';
import { type Table, tableOfRows } from './table/table.ts';
import { checkText } from './text/check-text.ts';
import { looksLikeRow } from './text/printed-tables.ts';

/** A file as it would leave. */
export interface CheckedFile {
  /** Its name, which says what it is to be read as. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What the checks of one type need. */
export interface CheckContext {
  readonly settings: DisclosureSettings;
  readonly findings: FindingList;
  /** Called with every table that is found in the file. */
  readonly onTable: (table: Table) => void;
}

type Check = (bytes: Uint8Array, context: CheckContext, path: string) => void;

const asText =
  (check: (text: string, context: CheckContext) => void): Check =>
  (bytes, context) => {
    const text = decodeText(bytes, context.findings);
    if (text !== null) check(text, context);
  };

const unpacked =
  (check: Check): Check =>
  (bytes, context, path) => {
    const { settings, findings } = context;
    const content = unpack(path, bytes, settings.maximumExpandedBytes, findings);
    if (content !== null) check(content, context, path);
  };

const csv = asText(checkCsv);
const svg = asText(checkSvg);

/** How each type is read. A type that the settings allow and that is not here cannot be read, so it fails. */
const checks: Readonly<Record<string, Check>> = {
  csv,
  tsv: csv,
  'csv.gz': unpacked(csv),
  json: asText(checkJson),
  ipynb: asText(checkJson),
  html: asText(checkHtml),
  htm: asText(checkHtml),
  md: asText((text, context) => checkText(text, context, 'markdown')),
  txt: asText((text, context) => checkText(text, context, 'text')),
  log: asText((text, context) => checkText(text, context, 'log')),
  svg,
  svgz: unpacked(svg),
  png: checkPng,
  jpg: checkJpeg,
  jpeg: checkJpeg,
};

/** Checks one file. Pure: the same bytes and settings give the same report. */
export function checkFile(
  file: CheckedFile,
  settings: DisclosureSettings = DISCLOSURE_SETTINGS,
  onTable: (table: Table) => void = () => {},
): FileReport {
  const findings = new FindingList(settings.findingsPerRule);
  const type = typeOf(file.path);
  if (!settings.fileTypes.includes(type)) {
    findings.add('file-type', () => ({
      message: `${type === '' ? 'A file without an extension' : `A file of type .${type}`} may not leave, only ${settings.fileTypes.join(', ')}.`,
    }));
  }
  if (hasInvisible(file.path)) {
    findings.add('hidden-content', () => ({
      message: 'The name of the file has characters that nobody sees.',
      place: { element: 'name of the file' },
    }));
  }
  if (file.bytes.length > settings.maximumBytes) {
    findings.add('too-large', () => ({
      message: `The file has ${file.bytes.length} bytes; the limit is ${settings.maximumBytes}.`,
    }));
    return findings.report(file.path);
  }
  const check = checks[type];
  if (check === undefined) {
    findings.add('unreadable', () => ({ message: 'Files of this type cannot be checked.' }));
  } else {
    try {
      check(file.bytes, { settings, findings, onTable }, file.path);
    } catch (error) {
      // A fault of a check must never let a file pass.
      findings.add('unreadable', () => ({
        message: `The file could not be checked to its end (${error instanceof Error ? error.message : 'no reason given'}).`,
      }));
    }
  }
  return findings.report(file.path);
}

/** The extension in small letters; the double one of packed tables counts as one. */
export function typeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name.endsWith('.csv.gz')) return 'csv.gz';
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1);
}

function checkCsv(text: string, context: CheckContext): void {
  const { settings, findings, onTable } = context;
  const scan = scanDelimited(text, settings);
  if (scan.table === null) {
    findings.add('unreadable', () => ({ message: `The table cannot be read: ${scan.reason}.` }));
    return;
  }
  checkTable(scan.table, settings, findings);
  onTable(scan.table);
  checkCellTexts(scan.table, context);
  // A table without a header begins with a row.
  const { names, columns } = scan.table;
  if (names[0] !== '' && looksLikeRow(names)) {
    checkTable(tableOfRows([], [names], { element: 'header' }), settings, findings);
  }
  // Columns that something else divides are one column of texts.
  if (columns === 1) checkText(text, context, 'text');
  // Comment lines before the header are part of the file and nobody's cells.
  const lead = /^(?:[ \t]*#[^\r\n]*(?:\r\n|\r|\n))+/.exec(text)?.[0];
  if (lead !== undefined && /\d/.test(lead)) {
    findings.add('hidden-content', () => ({
      message: 'Comment lines before the header hold numbers that no viewer of tables shows.',
      place: { line: 1 },
    }));
  }
}
