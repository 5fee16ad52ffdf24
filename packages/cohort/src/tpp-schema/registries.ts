/** Tables of registries and audits, of who may be looked at, and of how the database was built. */
import { isaricColumns } from '../cohortextractor/functions/isaric-columns.ts';
import type { ColumnWord } from './column.ts';

/** The 360 columns of the ISARIC collection are text whatever they hold; `''` and `NA` are missing (§7.5). */
const isaricTexts: Readonly<Record<string, ColumnWord>> = Object.fromEntries(
  Object.keys(isaricColumns).map((name) => [name, 'str'] as const),
);

/** All names of `ISARIC_Patient_Data_TopLine` but the patient's, as the reference lists them in its appendix A. */
const isaricTable: { readonly columns: Readonly<Record<string, ColumnWord>> } = {
  columns: { Patient_ID: 'int required', ...isaricTexts },
};

/** Cohort-extractor §7.7, without ISARIC, whose names are a list of their own. */
export const registryTables = {
  /** Everything but the patient is text, dates too. */
  Therapeutics: {
    columns: {
      Patient_ID: 'int required',
      AgeAtReceivedDate: 'str',
      Received: 'str',
      Intervention: 'str',
      COVID_indication: 'str',
      CurrentStatus: 'str',
      TreatmentStartDate: 'str',
      Region: 'str',
      FormName: 'str',
      MOL1_onset_of_symptoms: 'str',
      MOL1_high_risk_cohort: 'str',
      SOT02_onset_of_symptoms: 'str',
      SOT02_risk_cohorts: 'str',
      CASIM05_risk_cohort: 'str',
      Count: 'str',
      Der_LoadDate: 'str',
    },
  },
  /** One row for each dataset that a patient is in: 2019prev, 2020prev, 2021prev, 2020inc, 2020ckd. */
  UKRR: {
    columns: {
      Patient_ID: 'int required',
      dataset: 'str',
      renal_centre: 'str',
      rrt_start: 'date',
      mod_start: 'str',
      mod_prev: 'str',
      creat: 'int',
      eGFR_ckdepi: 'float',
    },
  },
  HealthCareWorker: {
    columns: { Patient_ID: 'int required', HealthCareWorker: 'str' },
  },
  /** Events of building the database; one that goes on has an `EventEnd` in the year 9999 (§7.7). */
  BuildProgress: {
    columns: {
      Event: 'str required',
      BuildStart: 'datetime',
      EventStart: 'datetime required',
      EventEnd: 'datetime',
      Duration: 'int',
    },
  },
  /** The patients who did not opt out. Whoever is missing here is in no extract (§7.1). */
  AllowedPatientsWithTypeOneDissent: {
    columns: { Patient_ID: 'int wide required' },
    key: 'Patient_ID',
    onePerPatient: true,
  },
} as const;

/** The ISARIC table alone. */
export const isaricTables: { readonly ISARIC_Patient_Data_TopLine: typeof isaricTable } = {
  ISARIC_Patient_Data_TopLine: isaricTable,
};
