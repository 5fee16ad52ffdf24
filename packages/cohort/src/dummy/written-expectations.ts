/** Expectations as the study wrote them: plain data of Python, the column's own over the study's defaults. */
import type { Diagnostic, Place } from '@vitrine/pipeline';
import type { ArgumentValue, StudyColumn } from '../cohortextractor/study.ts';
import { dummyFaults } from './faults.ts';

export type Dict = Readonly<Record<string, ArgumentValue>>;

/** What holds for one column, and who wrote it. */
export interface Written {
  readonly column: StudyColumn;
  /** What the column itself says. */
  readonly own: Dict;
  /** That, merged over the defaults. */
  readonly all: Dict;
  /** Who wrote a key: faults of the defaults are told once, where they are. */
  readonly origin: (key: string) => { readonly subject: string; readonly place: Place };
  /** Faults are added here. */
  readonly faults: Diagnostic[];
}

export function writtenExpectations(
  column: StudyColumn,
  own: Dict,
  defaults: Dict,
  defaultsPlace: Place,
  faults: Diagnostic[],
): Written {
  return {
    column,
    own,
    all: merged(defaults, own),
    origin: (key) =>
      key in own || !(key in defaults)
        ? { subject: `column "${column.name}"`, place: column.place }
        : { subject: 'default_expectations', place: defaultsPlace },
    faults,
  };
}

/** Tells that `key`, in the section that `section` names, is no dictionary. */
export function tellNotADict(written: Written, section: string, key: string): void {
  const { subject, place } = written.origin(section);
  written.faults.push(dummyFaults.diagnose('expectations-not-a-dict', { subject, key }, place));
}

/** A dictionary, or null for anything else. */
export function dictOf(value: ArgumentValue | undefined): Dict | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Dict)
    : null;
}

/** Python's truth of a value. */
export function isTrue(value: ArgumentValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value) || Number.isNaN(value);
}

/** A value as it would stand in Python. */
export function shown(value: ArgumentValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Dictionaries merged key by key, the second winning. */
function merged(below: Dict, above: Dict): Dict {
  const result: Record<string, ArgumentValue> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = dictOf(below[key]);
    const over = dictOf(value);
    result[key] = under !== null && over !== null ? merged(under, over) : value;
  }
  return result;
}

/** A Python number: True is 1, False is 0. NaN for what is none. */
export function numberOf(value: ArgumentValue | undefined): number {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' ? value : Number.NaN;
}
