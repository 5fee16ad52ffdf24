/** `admitted_to_hospital` (cohort-extractor §1.8, 31; §7.3, §7.5). */
import {
  aggregate,
  filter,
  group,
  inSet,
  join,
  column as made,
  operation,
  textSet,
} from '../../model/build.ts';
import type { MatchMode, PatientValue, Rows, RowValue } from '../../model/model.ts';
import { isCodelist } from '../read-codelists.ts';
import { within } from './dates.ts';
import { type Call, type Lower, noSuchValue, textsIn } from './lowering.ts';
import { matchesFor, plainAnswer, valueOfMatch } from './matches.ts';
import { all, column, int, isOneOf, on, tppTable } from './nodes.ts';

/** Spells, with what was derived of each; a spell of which nothing was derived is not seen. */
const spells = join(
  tppTable('APCS_ARCHIVED'),
  tppTable('APCS_Der_ARCHIVED'),
  on('Patient_ID', 'APCS_Ident'),
);
const admitted = column('APCS_ARCHIVED', 'Admission_Date');
const discharged = column('APCS_ARCHIVED', 'Discharge_Date');
const primaryDiagnosis = column('APCS_Der_ARCHIVED', 'Spell_Primary_Diagnosis');
const criticalCareDays = column('APCS_Der_ARCHIVED', 'Spell_PbR_CC_Day');

/** Arguments that are codelists, where their codes are, and how they are found there. */
const codeConditions: readonly (readonly [string, RowValue, MatchMode])[] = [
  ['with_these_diagnoses', column('APCS_ARCHIVED', 'Der_Diagnosis_All'), 'code-in-text'],
  ['with_these_primary_diagnoses', primaryDiagnosis, 'prefix'],
  ['with_these_procedures', column('APCS_ARCHIVED', 'Der_Procedure_All'), 'code-in-text'],
];

/** What can be returned of a spell; arguments restrict to some of the values. */
const facts: Readonly<Record<string, { readonly argument: string | null; value: RowValue }>> = {
  primary_diagnosis: { argument: null, value: primaryDiagnosis },
  admission_method: {
    argument: 'with_admission_method',
    value: column('APCS_ARCHIVED', 'Admission_Method'),
  },
  source_of_admission: {
    argument: 'with_source_of_admission',
    value: column('APCS_ARCHIVED', 'Source_of_Admission'),
  },
  discharge_destination: {
    argument: 'with_discharge_destination',
    value: column('APCS_ARCHIVED', 'Discharge_Destination'),
  },
  patient_classification: {
    argument: 'with_patient_classification',
    value: column('APCS_ARCHIVED', 'Patient_Classification'),
  },
  admission_treatment_function_code: {
    argument: 'with_admission_treatment_function_code',
    value: column('APCS_ARCHIVED', 'Der_Admit_Treatment_Function_Code'),
  },
  administrative_category: {
    argument: 'with_administrative_category',
    value: column('APCS_ARCHIVED', 'Administrative_Category'),
  },
  days_in_critical_care: { argument: null, value: criticalCareDays },
  duration_of_elective_wait: {
    argument: null,
    value: column('APCS_ARCHIVED', 'Duration_of_Elective_Wait'),
  },
};

export const admittedToHospital: Lower = (call) => {
  const { given } = call;
  const rows = spellsOf(call);
  const ties = [column('APCS_ARCHIVED', 'APCS_Ident')];
  const matches = matchesFor(call, { rows, day: admitted, ties });
  const plain = plainAnswer(call, matches);
  if (plain !== null) return plain;
  const returning = String(given['returning']);
  switch (returning) {
    case 'date_discharged':
      // Of all admissions of the period, not of the first or last of them.
      return { value: aggregate(matches.earliest ? 'minimum' : 'maximum', rows, discharged) };
    case 'total_bed_days_in_period':
      return { value: total(rows, column('APCS_ARCHIVED', 'Der_Spell_LoS'), 1) };
    case 'total_critical_care_days_in_period':
      return { value: total(rows, operation('text-to-int', criticalCareDays), 0) };
    default: {
      const fact = facts[returning];
      return fact === undefined ? noSuchValue(call) : { value: valueOfMatch(matches, fact.value) };
    }
  }
};

function spellsOf({ given, period }: Call): Rows {
  const conditions: RowValue[] = [];
  for (const [argument, value, match] of codeConditions) {
    const list = given[argument];
    if (isCodelist(list)) conditions.push(inSet(value, textSet(list.codes), match));
  }
  for (const { argument, value } of Object.values(facts)) {
    const texts = argument === null ? null : textsIn(given[argument]);
    if (texts !== null) conditions.push(isOneOf(value, texts));
  }
  if (given['with_at_least_one_day_in_critical_care'] === true) {
    const days = operation('text-to-int', criticalCareDays);
    conditions.push(operation('greater', days, int(0)));
  }
  const matching = conditions.length === 0 ? spells : filter(spells, all(...conditions));
  return within(matching, admitted, period);
}

/** The longest of each day of admission, each with `more` days, added up. Spells without a number count nothing. */
function total(rows: Rows, days: RowValue, more: number): PatientValue {
  const longest = group(rows, ['Admission_Date'], { days: ['maximum', days] });
  const value = made('days', 'int');
  return aggregate('sum', longest, more === 0 ? value : operation('add', value, int(more)));
}
