/**
 * A study becomes a query model: what it asks of a TPP database, with the rules of the reference (cohort-extractor §1.8, §2,
 * §7) and with the index date left open.
 *
 * Read `functions.ts` for the functions; each stands in a file named after what it asks of.
 */
import { type Diagnostic, FaultError } from '@vitrine/pipeline';
import { join } from '../../model/build.ts';
import type { CohortModel, ModelColumn, Rows } from '../../model/model.ts';
import type { DateFormat } from '../../table.ts';
import type { Study } from '../study.ts';
import { StudyColumns } from './columns.ts';
import { on, tppTable } from './nodes.ts';
import { populationSteps } from './population.ts';

export interface ModelSettings {
  /** Day number that `today` stands for. */
  readonly today: number;
  /** Whether to ask also of patients who let their records leave the practice for nothing but their care (§7.1, 4). */
  readonly includeTypeOneOptOuts: boolean;
}

const POPULATION = 'population';

const lengthOf: Readonly<Record<DateFormat, 4 | 7 | 10>> = {
  YYYY: 4,
  'YYYY-MM': 7,
  'YYYY-MM-DD': 10,
};

/**
 * Lowers a study. Dates that count from the index date are not tried here: see `checkDates`. Throws FaultError with every
 * fault of the definition that only shows against the records, each with the place of its call.
 */
export function toModel(study: Study, settings: ModelSettings): CohortModel {
  const faults: Diagnostic[] = [];
  const columns = new StudyColumns(study, settings.today, faults);
  const written = study.columns
    .filter(({ name, hidden }) => name !== POPULATION && !hidden)
    .map(({ name, type, dateFormat }): ModelColumn => {
      const { value } = columns.get(name);
      const dateLength = type === 'date' ? lengthOf[dateFormat ?? 'YYYY'] : null;
      return Object.freeze({ name, type, dateLength, value });
    });
  const last = study.columns.find(({ name }) => name === POPULATION);
  const population =
    last === undefined
      ? []
      : populationSteps(last, columns.get(POPULATION).value, columns.namesFor(last));
  if (faults.length > 0) throw new FaultError(withoutRepeats(faults));
  return Object.freeze({
    patients: patientsOf(settings),
    population: Object.freeze(population),
    columns: Object.freeze(written),
  });
}

function patientsOf({ includeTypeOneOptOuts }: ModelSettings): Rows {
  const patients = tppTable('Patient');
  return includeTypeOneOptOuts
    ? patients
    : join(patients, tppTable('AllowedPatientsWithTypeOneDissent'), on('Patient_ID'));
}

/** A call that others look into is lowered once for each of them. */
function withoutRepeats(faults: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = JSON.stringify([fault.code, fault.message, fault.place]);
    return seen.has(key) ? false : seen.add(key);
  });
}
