/** JSON: every table that can be found in it, notebooks, specifications of figures, and lone numbers by their keys. */
import type { CheckContext } from '../check-file.ts';
import { checkFragment } from '../markup/check-html.ts';
import { checkEmbedded } from '../markup/embedded.ts';
import { checkTable } from '../table/check-table.ts';
import { tableOfRows } from '../table/table.ts';
import { checkProse, checkText, checkTexts, LONG_TEXT } from '../text/check-text.ts';
import { countKeys } from './count-keys.ts';

/** Deepest nesting that is looked at; nothing made by an analysis comes near. */
const DEEPEST = 64;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Checks a document. @param prefix - Pointer of the document in what holds it. */
export function checkJson(text: string, context: CheckContext, prefix = ''): void {
  const { findings } = context;
  let value: Json;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    findings.add('unreadable', () => ({
      message: 'The file is no JSON that can be read.',
      place: pointed(prefix),
    }));
    return;
  }
  const walk = new Walk(context);
  walk.visit(value, prefix, 0);
  walk.finish(prefix);
  if (countKeys(text) !== walk.keys) {
    findings.add('hidden-content', () => ({
      message: 'An object has the same key twice; readers show only one of the values.',
      place: pointed(prefix),
    }));
  }
}

function pointed(element: string): { readonly element?: string } {
  return element === '' ? {} : { element };
}

class Walk {
  keys = 0;
  readonly #context: CheckContext;
  /** Lone numbers and texts with the keys that lead to them. */
  readonly #leaves: (readonly [string, string])[] = [];

  readonly #read = new Map<string, string>();

  constructor(context: CheckContext) {
    this.#context = context;
  }

  visit(value: Json, path: string, depth: number): void {
    if (depth > DEEPEST) throw new Error(`it is nested more than ${DEEPEST} deep`);
    if (typeof value === 'number') this.#leaves.push([path, String(value)]);
    else if (typeof value === 'string') this.#visitText(value, path);
    else if (isArray(value)) this.#visitArray(value, path, depth);
    else if (typeof value === 'object' && value !== null) this.#visitObject(value, path, depth);
  }

  #visitText(text: string, path: string): void {
    if (/^\s*[[{]/.test(text) && text.length > 2) {
      if (isDocument(text)) {
        this.#context.findings.add('embedded-data', () => ({
          message: 'A text holds a whole JSON document.',
          place: { element: path },
        }));
        // Each layer of quotation makes the text longer, so the file's size bounds their number.
        checkJson(text, this.#context, path);
        return;
      }
    }
    if (checkEmbedded(text, this.#context, path)) return;
    if (/[\n]/.test(text)) checkText(text, this.#context, 'element', path);
    else this.#prose(text, path);
    if (/<[a-z!/]/i.test(text)) checkFragment(text, this.#context, path);
    this.#leaves.push([path, text]);
  }

  #visitArray(value: readonly Json[], path: string, depth: number): void {
    const records = value.filter(isObject);
    const lists = value.filter(isArray);
    if (records.length === value.length && records.length >= 2) {
      const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
      if (names.length > this.#context.settings.maximumColumns) {
        throw new Error(`a list of objects has ${names.length} different keys`);
      }
      const isFlat = records.every((record) => Object.values(record).every(isScalar));
      if (isFlat && names.length > 0) {
        for (const record of records) this.keys += Object.keys(record).length;
        this.#table(
          names,
          records.map((record) => names.map((name) => textOf(record[name]))),
          path,
        );
        return;
      }
    } else if (
      lists.length === value.length &&
      lists.length >= 2 &&
      lists.every((list) => list.every(isScalar))
    ) {
      this.#rows(lists, path);
      return;
    } else if (value.length >= 2 && value.every(isScalar)) {
      this.#table(
        [lastKey(path)],
        value.map((one) => [textOf(one)]),
        path,
      );
      return;
    }
    for (const [at, one] of value.entries()) this.visit(one, `${path}/${at}`, depth + 1);
  }

  /** Lists of lists: the first may be the header. */
  #rows(lists: readonly (readonly Json[])[], path: string): void {
    const [first = [], ...rest] = lists;
    const hasHeader =
      first.every((one) => typeof one === 'string') &&
      rest.some((row) => row.some((one) => typeof one === 'number'));
    const rows = (hasHeader ? rest : lists).map((row) => row.map(textOf));
    this.#table(hasHeader ? first.map(textOf) : [], rows, path);
  }

  #visitObject(value: { readonly [key: string]: Json }, path: string, depth: number): void {
    const entries = Object.entries(value);
    this.keys += entries.length;
    const columns = entries.filter(
      ([, one]) => isArray(one) && one.length >= 2 && one.every(isScalar),
    );
    const lengths = new Set(columns.map(([, one]) => (one as readonly Json[]).length));
    // A table by columns: {"age": [..], "n": [..]}, also x and y of a figure.
    const isColumns = columns.length >= 2 && lengths.size === 1;
    if (isColumns) {
      const lists = columns.map(([, one]) => one as readonly Json[]);
      const rows = (lists[0] ?? []).map((_, row) => lists.map((list) => textOf(list[row])));
      this.#table(
        columns.map(([key]) => key),
        rows,
        path,
      );
    }
    // The split form of a data frame: names and rows apart.
    const { columns: names, data } = value;
    const isSplit =
      isArray(names ?? null) && isArray(data ?? null) && (data as readonly Json[]).every(isArray);
    if (isSplit) {
      const rows = (data as readonly (readonly Json[])[]).map((row) => row.map(textOf));
      this.#table((names as readonly Json[]).map(textOf), rows, path);
    }
    // Columns as objects: {"n": {"0": 10, "1": 15}}, what a data frame writes when nobody says otherwise.
    const nested = entries.filter(
      ([, one]) =>
        isObject(one) && Object.values(one).length >= 2 && Object.values(one).every(isScalar),
    );
    const isNested = nested.length === entries.length && nested.length >= 2;
    if (isNested) {
      const keys = [...new Set(nested.flatMap(([, one]) => Object.keys(one as object)))];
      for (const [, one] of nested) this.keys += Object.keys(one as object).length;
      const rows = keys.map((key) => [
        key,
        ...nested.map(([, one]) => textOf((one as { readonly [key: string]: Json })[key])),
      ]);
      this.#table(['', ...nested.map(([key]) => key)], rows, path);
      return;
    }
    if (entries.length > 1 && entries.every(([, one]) => isScalar(one))) {
      this.#table(
        entries.map(([key]) => nameOf(key)),
        [entries.map(([, one]) => textOf(one))],
        path,
      );
      return;
    }
    for (const [key, one] of entries) {
      this.#prose(key, path);
      const inTable =
        (isColumns && columns.some(([name]) => name === key)) ||
        (isSplit && (key === 'data' || key === 'columns'));
      if (!inTable)
        this.visit(one, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
    }
  }

  #table(names: readonly string[], rows: readonly (readonly string[])[], path: string): void {
    const table = tableOfRows(names, rows, { element: path === '' ? '/' : path });
    checkTable(table, this.#context.settings, this.#context.findings);
    this.#context.onTable(table);
    for (const name of names) this.#prose(name, path);
    for (const text of rows.flat()) {
      this.#prose(text, path);
      if (text.includes('\n')) checkText(text, this.#context, 'element', path);
      else if (text.length > 200) checkEmbedded(text, this.#context, path);
    }
  }

  /** Keeps a text or a name that may tell something, each once, for the end: they are read at once. */
  #prose(text: string, path: string): void {
    if (!/\d/.test(text) || !/[^\d\s.,-]/.test(text)) return;
    if (text.length >= LONG_TEXT) {
      checkProse(text, this.#context.settings, this.#context.findings, path);
    } else if (!this.#read.has(text)) this.#read.set(text.replaceAll('\n', ' '), path);
  }

  /** Lone numbers are cells of tables of one row, so that the same rules judge them by the same names. */
  finish(prefix: string): void {
    const { settings, findings } = this.#context;
    checkTexts([...this.#read.keys()], [...this.#read.values()].map(pointed), this.#context);
    for (const [path, text] of this.#leaves) {
      const row = tableOfRows([nameOf(path)], [[text]], {
        element: path === '' ? prefix || '/' : path,
      });
      checkTable(row, settings, findings);
    }
  }
}

/** Keys of the format of a notebook and of figures, whose numbers count nothing. */
const formatKeys = new Set([
  'nbformat',
  'nbformat_minor',
  'execution_count',
  'width',
  'height',
  'size',
  'opacity',
  'version',
  'dpi',
  'fontsize',
  'dtick',
  'tick0',
  'zorder',
  'margin',
  'indent',
  'codemirror_mode',
  'schema',
  'l',
  'r',
  'b',
]);

/** The key that says what a number is: the last that is no position in a list. */
function nameOf(path: string): string {
  const keys = path.split('/').filter((key) => key !== '' && !/^\d+$/.test(key));
  const last = keys.at(-1) ?? '';
  return formatKeys.has(last.toLowerCase()) ? 'index' : last;
}

function lastKey(path: string): string {
  return nameOf(path);
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isDocument(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
