/** What is known of a person (cohort-extractor §1.8, 3–5 and 37). */
import { dayNumber } from '../../calendar.ts';
import { aggregate, first, operation } from '../../model/build.ts';
import type { PatientValue } from '../../model/model.ts';
import { within } from './dates.ts';
import type { Lower } from './lowering.ts';
import { exists } from './matches.ts';
import { column, day, tppTable } from './nodes.ts';

const patients = tppTable('Patient');

/** The first day of the month of birth: no more is stored. */
export const dateOfBirth: PatientValue = first(patients, [], column('Patient', 'DateOfBirth'));

export const sex: Lower = () => ({ value: first(patients, [], column('Patient', 'Sex')) });

/** Completed years, negative before birth. */
export const ageAsOf: Lower = ({ date }) => ({
  value: operation('years-between', dateOfBirth, date('reference_date')),
});

export const birthday: Lower = () => ({ value: dateOfBirth });

/** Who is alive has the day of death 9999-12-31; an open period is kept short of it (§7.5). */
export const deathInPrimaryCare: Lower = ({ given, period }) => {
  const died = column('Patient', 'DateOfDeath');
  const dead = within(patients, died, {
    from: period.from ?? day(dayNumber(1900, 1, 1)),
    to: period.to ?? day(dayNumber(3000, 1, 1)),
  });
  return {
    value: given['returning'] === 'binary_flag' ? exists(dead) : aggregate('minimum', dead, died),
  };
};
