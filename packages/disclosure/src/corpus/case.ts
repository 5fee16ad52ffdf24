/** The labelled corpus: files with known answers, by which the rules are measured. */
import type { RuleId } from '../rules.ts';

/** Rules that are judged cell by cell; the others are judged by file. */
export const cellRules: readonly RuleId[] = ['small-count', 'unrounded-count'];

/** What a cell of a made table shows, and what is wrong with it. */
export interface Shown {
  readonly text: string;
  readonly fault: RuleId | null;
}

export type Cell = string | Shown;

/** A table with its answers in it. */
export interface Grid {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A file and the right answers. */
export interface Case {
  /** Shape and number, to find it again. */
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** Spreadsheet names of the cells with each fault. */
  readonly cells: Readonly<Partial<Record<RuleId, ReadonlySet<string>>>>;
  /** Rules that the file as a whole breaks. */
  readonly rules: ReadonlySet<RuleId>;
  /** Rules that are not judged here, because the answer is a matter of opinion. */
  readonly open: ReadonlySet<RuleId>;
}

export function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** The faults of the cells of a grid. */
export function faultsOf({ rows }: Grid): Partial<Record<RuleId, Set<string>>> {
  const faults: Partial<Record<RuleId, Set<string>>> = {};
  for (const [r, row] of rows.entries()) {
    for (const [c, cell] of row.entries()) {
      if (typeof cell === 'string' || cell.fault === null) continue;
      const found = faults[cell.fault] ?? new Set<string>();
      found.add(`${letters(c)}${r + 2}`);
      faults[cell.fault] = found;
    }
  }
  return faults;
}

function letters(column: number): string {
  const high = Math.floor(column / 26);
  return `${high === 0 ? '' : String.fromCharCode(64 + high)}${String.fromCharCode(65 + (column % 26))}`;
}
