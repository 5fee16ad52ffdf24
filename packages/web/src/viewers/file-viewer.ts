import { gunzipSync } from 'node:zlib';
import { type Html, html } from '../html.ts';
import { codeViewer, languageOf } from './code-viewer.ts';
import { documentViewer } from './document-viewer.ts';
import { imageViewer } from './image-viewer.ts';
import { indentJson } from './indent-json.ts';
import { notebookViewer } from './notebook-viewer.ts';
import { type DelimitedTable, readDelimited } from './read-delimited.ts';
import { type CellMark, TABLE_ROWS, type TableSorting, tableViewer } from './table-viewer.ts';
import { textViewer } from './text-viewer.ts';

/** What a file is shown as. */
export type ViewKind =
  | 'table'
  | 'document'
  | 'picture'
  | 'notebook'
  | 'code'
  | 'log'
  | 'text'
  | 'none';

/** Largest file that is shown, in bytes, packed or unpacked (job-server §2.8). */
export const VIEW_LIMIT: number = 20 * 1024 * 1024;

/** Columns of a table that a page shows at most, and cells: beyond, browsers lay out slowly. */
export const TABLE_COLUMNS = 200;
const TABLE_CELLS = 100_000;

const kinds: Readonly<Record<string, ViewKind>> = {
  csv: 'table',
  tsv: 'table',
  html: 'document',
  htm: 'document',
  svg: 'document',
  png: 'picture',
  jpg: 'picture',
  jpeg: 'picture',
  ipynb: 'notebook',
  log: 'log',
  txt: 'text',
};

/** What a file is shown as, by its name alone: what is in it never makes it more than its name says. */
export function viewKindOf(path: string): ViewKind {
  const ending = /\.([^./]+)$/.exec(unpackedName(path))?.[1]?.toLowerCase() ?? '';
  const kind = Object.hasOwn(kinds, ending) ? kinds[ending] : undefined;
  // Only tables are packed by studies as a matter of course.
  if (isPacked(path) && kind !== 'table') return 'none';
  return kind ?? (languageOf(path) === null ? 'none' : 'code');
}

export interface FileView {
  /** Where it is in its workspace; its ending says how it is shown. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Its bytes; asked for once, and only where they are needed and not too many. */
  readonly read: () => Promise<Uint8Array>;
  /** Address at which the site serves its bytes, documents with `STUDY_DOCUMENT_HEADERS`. */
  readonly address: string;
  /** See `NotebookView`. */
  readonly outputAddress?: (cell: number, output: number, mediaType: string) => string | null;
  /** What was found in cells of a table. */
  readonly marks?: readonly CellMark[];
  /** How the rows of a table can be sorted; they stand as in the file where it is left out. */
  readonly sorting?: TableSorting;
  /** Of a log only the end is shown, with a way to all of it. */
  readonly logEnd?: { readonly characters: number; readonly wholeAddress: string };
  /** False where files may be looked at and not taken away: then nothing speaks of downloads, and nothing leads to the bytes alone. */
  readonly canDownload?: boolean;
}

/** A file as a page shows it. What is not shown, or not all of it, is said. */
export async function fileViewer(view: FileView): Promise<Html> {
  const { path, size, address, canDownload = true } = view;
  const instead = (words: string): Html => said(canDownload ? `${words} Download it.` : words);
  const kind = viewKindOf(path);
  if (kind === 'none') return instead('We cannot show a preview of files of this kind.');
  if (size > VIEW_LIMIT) return instead(tooLarge);
  if (kind === 'document') return documentViewer(path, address, { isAlone: canDownload });
  const bytes = await view.read();
  if (kind === 'picture') {
    return isPicture(bytes)
      ? imageViewer({ name: path, address, isAlone: canDownload })
      : instead('The file is not the picture that its name says, and is not shown.');
  }
  const text = readText(path, bytes);
  if (text === null) return instead(isPacked(path) ? unpackable : notText);
  switch (kind) {
    case 'table':
      return tableOf(view, text);
    case 'notebook':
      return (
        (await notebookViewer({
          name: path,
          text,
          ...(view.outputAddress ? { outputAddress: view.outputAddress } : {}),
        })) ??
        html`${said('The file is no notebook; this is its text.')}${textViewer({ name: path, text })}`
      );
    case 'code':
      return await codeOf(path, text);
    case 'log':
      return textViewer({
        name: path,
        text,
        fromEnd: true,
        ...(view.logEnd === undefined
          ? {}
          : { limit: view.logEnd.characters, wholeAddress: view.logEnd.wholeAddress }),
      });
    case 'text':
      return textViewer({ name: path, text });
  }
}

const tooLarge = `The file is larger than ${VIEW_LIMIT / 1024 / 1024} MB, which is the most that a page shows.`;
const unpackable = `The file cannot be unpacked to text of ${VIEW_LIMIT / 1024 / 1024} MB at most.`;
const notText = 'The file is not the text that its name says, and is not shown.';

/** The beginning of a table in a file; null where it holds none that can be read. */
export function readTable(path: string, text: string): DelimitedTable | null {
  return readDelimited(text, /\.tsv(\.gz)?$/i.test(path) ? '\t' : ',', {
    rows: TABLE_ROWS,
    columns: TABLE_COLUMNS,
    cells: TABLE_CELLS,
  });
}

/** The text of a file, unpacked where its name ends in `.gz`; null where it is none, or too long. */
export function readText(path: string, bytes: Uint8Array): string | null {
  let unpacked = bytes;
  if (isPacked(path)) {
    try {
      unpacked = gunzipSync(bytes, { maxOutputLength: VIEW_LIMIT });
    } catch {
      return null;
    }
  }
  if (unpacked.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(unpacked);
  } catch {
    // Spreadsheets and statistics programs on Windows still write it; every byte is a character of it.
    return new TextDecoder('windows-1252').decode(unpacked);
  }
}

function tableOf({ path, marks, sorting }: FileView, text: string): Html {
  const table = readTable(path, text);
  if (table === null) {
    return text.trim() === ''
      ? said('The file is empty.')
      : html`${said('The file cannot be read as a table: a quotation mark in it is never closed. This is its text.')}${textViewer({ name: path, text })}`;
  }
  const { columns, rows, hasMoreRows, hiddenColumns } = table;
  return html`${
    hiddenColumns === 0
      ? null
      : html`<p class="quiet">The table has ${columns.length + hiddenColumns} columns; the first ${columns.length} are shown.</p>`
  }${tableViewer({ name: path, columns, rows, hasMoreRows, ...(marks ? { marks } : {}), ...(sorting ? { sorting } : {}) })}`;
}

async function codeOf(path: string, text: string): Promise<Html> {
  const isOneLine = !text.trim().includes('\n');
  const indented = /\.json$/i.test(path) && isOneLine ? indentJson(text) : null;
  return html`${
    indented === null
      ? null
      : html`<p class="quiet">The file is one line; line breaks have been added here.</p>`
  }${await codeViewer(path, indented ?? text, languageOf(path))}`;
}

function said(words: string): Html {
  return html`<p class="empty">${words}</p>`;
}

function isPacked(path: string): boolean {
  return /\.gz$/i.test(path);
}

function unpackedName(path: string): string {
  return path.replace(/\.gz$/i, '');
}

/** PNG begins with 89 50 4E 47 0D 0A 1A 0A (ISO 15948, 5.2), JPEG with FF D8 FF (ISO 10918-1, annex B). */
function isPicture(bytes: Uint8Array): boolean {
  const begins = (signature: readonly number[]): boolean =>
    signature.every((byte, index) => bytes[index] === byte);
  return begins([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) || begins([0xff, 0xd8, 0xff]);
}
