/** `date_of`, and the second columns of older flags: the date that belongs to another column (cohort-extractor §1.5). */
import type { DateFormat } from '../table.ts';
import { studyFaults } from './faults.ts';
import type { FlatColumn } from './flatten-columns.ts';
import type { Lowered } from './lowered.ts';
import { type KnownColumn, lookUp, type Scope } from './scope.ts';

export function lowerDateOf(
  scope: Scope,
  { name, place }: FlatColumn,
  source: string,
  dateFormat: DateFormat | null,
): Lowered {
  const column = lookUp(scope, name, source, 'patients.date_of', place);
  if (column === null) return { type: 'date', definition: null };
  const reason = whyNoDate(column);
  if (reason !== null) {
    scope.faults.push(
      studyFaults.diagnose('no-date-to-give', { column: name, source, ...reason }, place),
    );
  }
  return { type: 'date', dateFormat, definition: { kind: 'date-of', source } };
}

function whyNoDate(source: KnownColumn): { problem: string; remedy: string } | null {
  if (source.kind === 'unusable') return null;
  if (source.rule?.withoutDate !== undefined) {
    return source.call === null ? null : source.rule.withoutDate(source.call);
  }
  return {
    problem:
      source.rule === null || source.rule.makes === 'date-of'
        ? 'which is itself the date of another column'
        : `but patients.${source.function} has no date to give`,
    remedy:
      'Measurements, events, medications, vaccinations, consultations, test results, high cost drugs and therapeutics have one; for others add a column that returns the date.',
  };
}
