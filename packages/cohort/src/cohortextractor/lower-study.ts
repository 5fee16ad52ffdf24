/** A recorded study definition becomes a `Study`, or every fault that it has. */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { dayOf } from '../calendar.ts';
import type { RecordedDefinition, RecordedModule } from '../record/document.ts';
import type { DateFormat } from '../table.ts';
import { readDateFormat } from './date-output.ts';
import { studyFaults } from './faults.ts';
import { type FlatColumn, flattenColumns } from './flatten-columns.ts';
import { lowerColumn } from './lower-column.ts';
import { lowerMeasures } from './lower-measures.ts';
import { type CodelistRead, readCodelists } from './read-codelists.ts';
import { describe, isTruthy, toPlainDictionary } from './recorded-value.ts';
import type { Scope } from './scope.ts';
import type { ArgumentValue, Study, StudyColumn } from './study.ts';

/** Stands in for an index date that is at fault, so that dates which count from it are not reported as well. */
const SOME_DAY = 18_262;

/**
 * Lowers a recorded module (cohort-extractor §1 to §3, §6). Throws FaultError with every fault of the definition and its
 * measures, each with the file and line of the call that it is in.
 */
export function lowerStudy(module: RecordedModule): Study {
  const { definition } = module;
  if (definition === null) {
    const { fault } = module;
    const reason = fault === null ? 'it has none' : `${fault.exception}: ${fault.message}`;
    throw studyFaults.error(
      'study-not-recorded',
      { module: module.module, reason: reason.replace(/\.$/, '') },
      fault?.place ?? undefined,
    );
  }

  const faults: Diagnostic[] = [];
  const indexDate = readIndexDate(definition, faults);
  const flat = flattenColumns(definition, faults);
  const codelists = readCodelists(module);
  const scope: Scope = {
    names: new Set(flat.map(({ name }) => name)),
    known: new Map(),
    codelists,
    indexDate: indexDate.day,
    faults,
  };
  const formats = formatsFromDateOf(flat);
  const columns = flat
    .map((column) => lowerColumn(scope, column, formats))
    .filter((column) => column !== null);
  checkPopulation(columns, faults);

  const defaultExpectations = readDefaultExpectations(definition, codelists, faults);
  // With columns missing, every measure of them would be at fault as well.
  const measures =
    columns.length === flat.length ? lowerMeasures(module.measures ?? [], columns, faults) : [];

  if (faults.length > 0) throw new FaultError(faults);
  return {
    module: module.module,
    indexDate: indexDate.text,
    columns,
    defaultExpectations,
    measures,
  };
}

function readIndexDate(
  { index_date: value, place }: RecordedDefinition,
  faults: Diagnostic[],
): { readonly text: string | null; readonly day: number | null } {
  if (value === null) return { text: null, day: null };
  const day = typeof value === 'string' ? dayOf(value) : null;
  if (typeof value === 'string' && day !== null) return { text: value, day };
  faults.push(studyFaults.diagnose('bad-index-date', { found: describe(value) }, place));
  return { text: null, day: SOME_DAY };
}

/**
 * `date_of` settles how the dates of its source are written, also where the source is a date itself; the last such column
 * has the last word (cohort-extractor §1.5).
 */
function formatsFromDateOf(flat: readonly FlatColumn[]): ReadonlyMap<string, DateFormat | null> {
  const formats = new Map<string, DateFormat | null>();
  for (const column of flat) {
    if (column.kind !== 'call' || column.rule.makes !== 'date-of') continue;
    const { source } = column.call.arguments;
    if (typeof source === 'string') {
      formats.set(source, readDateFormat(column.call, column.rule).format);
    }
  }
  return formats;
}

function checkPopulation(columns: readonly StudyColumn[], faults: Diagnostic[]): void {
  const population = columns.find(({ name }) => name === 'population');
  if (population === undefined || population.type === 'bool' || population.type === 'int') return;
  faults.push(studyFaults.diagnose('bad-population', { type: population.type }, population.place));
}

function readDefaultExpectations(
  { default_expectations: value, place }: RecordedDefinition,
  codelists: readonly CodelistRead[],
  faults: Diagnostic[],
): Readonly<Record<string, ArgumentValue>> | null {
  if (!isTruthy(value)) return null;
  const read = toPlainDictionary(value, codelists);
  if ('data' in read) return read.data;
  faults.push(studyFaults.diagnose('bad-default-expectations', { found: read.found }, place));
  return null;
}
