/** What differs between two versions of a file, shown in place. */
import { diffArrays, formatPatch, structuredPatch } from 'diff';
import { diffView } from '../code/diff-view.ts';
import { type Html, html } from '../html.ts';
import type { DelimitedTable } from './read-delimited.ts';

/** Changes that are looked for at most: two versions with more have little in common. */
const CHANGES_LIMIT = 2000;
/** Rows of a comparison that a page shows. */
const ROWS_SHOWN = 500;

/** A row that is not the same in both versions; cells in the order of the columns of the comparison. */
export type RowChange =
  | { readonly kind: 'added' | 'removed'; readonly row: number; readonly cells: readonly string[] }
  | {
      readonly kind: 'changed';
      /** Number of the row in the new version. */
      readonly row: number;
      readonly before: readonly string[];
      readonly after: readonly string[];
    };

export interface TableChanges {
  /** Columns that both versions have, in the order of the new one. */
  readonly columns: readonly string[];
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
  /** Null where the two have too little in common to say. */
  readonly rows: readonly RowChange[] | null;
}

/** Compares two versions of a table: columns by their names, rows in their order. */
export function tableChanges(before: DelimitedTable, after: DelimitedTable): TableChanges {
  const columns = after.columns.filter((name) => before.columns.includes(name));
  const reduce = ({ columns: names, rows }: DelimitedTable): readonly (readonly string[])[] => {
    const places = columns.map((name) => names.indexOf(name));
    return rows.map((row) => places.map((place) => row[place] ?? ''));
  };
  return {
    columns,
    addedColumns: after.columns.filter((name) => !before.columns.includes(name)),
    removedColumns: before.columns.filter((name) => !after.columns.includes(name)),
    rows: rowChanges(reduce(before), reduce(after)),
  };
}

function rowChanges(
  before: readonly (readonly string[])[],
  after: readonly (readonly string[])[],
): readonly RowChange[] | null {
  const key = (row: readonly string[]): string => JSON.stringify(row);
  const parts = diffArrays(before.map(key), after.map(key), { maxEditLength: CHANGES_LIMIT });
  if (parts === undefined) return null;
  const changes: RowChange[] = [];
  let old = 0;
  let now = 0;
  for (const [index, { added, removed, count }] of parts.entries()) {
    if (removed) {
      // What went and what came at the same place is a row with other cells, as far as there are as many.
      const next = parts[index + 1];
      const paired = next?.added ? Math.min(count, next.count) : 0;
      for (let at = 0; at < count; at += 1) {
        const cells = before[old + at] ?? [];
        changes.push(
          at < paired
            ? { kind: 'changed', row: now + at + 1, before: cells, after: after[now + at] ?? [] }
            : { kind: 'removed', row: old + at + 1, cells },
        );
      }
      old += count;
    } else if (added) {
      const last = parts[index - 1];
      const paired = last?.removed ? Math.min(count, last.count) : 0;
      for (let at = paired; at < count; at += 1) {
        changes.push({ kind: 'added', row: now + at + 1, cells: after[now + at] ?? [] });
      }
      now += count;
    } else {
      old += count;
      now += count;
    }
  }
  return changes;
}

const words: Readonly<Record<RowChange['kind'], string>> = {
  added: 'Added',
  removed: 'Removed',
  changed: 'Changed',
};

/** The rows that differ, cell by cell; said in words as well as by colour. */
export function tableChangesView(name: string, changes: TableChanges): Html {
  const { columns, addedColumns, removedColumns, rows } = changes;
  const named = (label: string, names: readonly string[]): Html | null =>
    names.length === 0
      ? null
      : html`<p>${label}: ${names.map((one, index) => html`${index > 0 ? ', ' : ''}<code>${one}</code>`)}</p>`;
  return html`${named('New columns', addedColumns)}${named('Columns that are gone', removedColumns)}${
    rows === null
      ? html`<p class="empty">The two versions have too little in common to compare them row by row.</p>`
      : rows.length === 0
        ? html`<p class="empty">${columns.length === 0 ? 'They have no column in common.' : 'The rows are the same.'}</p>`
        : html`<div class="viewer-scroll" tabindex="0" role="region" aria-label="Changes in ${name}"><table class="viewer-table">
<caption>${rows.length.toLocaleString('en-GB')} ${rows.length === 1 ? 'row differs' : 'rows differ'}${
            rows.length > ROWS_SHOWN ? `; the first ${ROWS_SHOWN} are shown` : ''
          }</caption>
<thead><tr><th scope="col">Row</th><th scope="col">What</th>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows
            .slice(0, ROWS_SHOWN)
            .map(
              (change) =>
                html`<tr${change.kind === 'changed' ? null : html` class="diff-${change.kind}"`}><th scope="row">${change.row}</th><td>${words[change.kind]}</td>${cells(change)}</tr>`,
            )}</tbody></table></div>`
  }`;
}

function cells(change: RowChange): readonly Html[] {
  if (change.kind !== 'changed') return change.cells.map((text) => html`<td>${text}</td>`);
  return change.after.map((text, place) => {
    const old = change.before[place] ?? '';
    return old === text
      ? html`<td>${text}</td>`
      : html`<td><del class="diff-removed">${old === '' ? 'empty' : old}</del> <ins class="diff-added">${text === '' ? 'empty' : text}</ins></td>`;
  });
}

/** The lines that differ. */
export function textChangesView(name: string, before: string, after: string): Html {
  if (before === after) return html`<p class="empty">The two versions are the same.</p>`;
  const patch = structuredPatch(`a/${name}`, `b/${name}`, before, after, undefined, undefined, {
    context: 3,
    maxEditLength: CHANGES_LIMIT,
  });
  return patch === undefined
    ? html`<p class="empty">The two versions have too little in common to compare them line by line.</p>`
    : diffView(`diff --git a/${name} b/${name}\n${formatPatch(patch)}`);
}
