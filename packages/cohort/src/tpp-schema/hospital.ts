/** Tables of hospital care: spells, emergency care, outpatients, intensive care, drugs that hospitals pay for. */

/** Cohort-extractor §7.7; how their diagnoses and procedures are matched is in §7.3. */
export const hospitalTables = {
  /** One row a spell. The two `Der_…_All` texts hold all codes of the spell with delimiters. */
  APCS_ARCHIVED: {
    columns: {
      Patient_ID: 'int required',
      APCS_Ident: 'int wide required',
      Admission_Date: 'date',
      Discharge_Date: 'date',
      Der_Diagnosis_All: 'str',
      Der_Procedure_All: 'str',
      Ethnic_Group: 'str',
      Admission_Method: 'str',
      Source_of_Admission: 'str',
      Discharge_Destination: 'str',
      Patient_Classification: 'str',
      Der_Admit_Treatment_Function_Code: 'str',
      Administrative_Category: 'str',
      Duration_of_Elective_Wait: 'str',
      Der_Spell_LoS: 'int',
    },
    key: 'APCS_Ident',
  },
  /** What was derived of each spell. `Spell_PbR_CC_Day` is a number written as text. */
  APCS_Der_ARCHIVED: {
    columns: {
      Patient_ID: 'int required',
      APCS_Ident: 'int wide required',
      Spell_Primary_Diagnosis: 'str',
      Spell_Secondary_Diagnosis: 'str',
      Spell_PbR_CC_Day: 'str',
    },
    key: 'APCS_Ident',
  },
  EC_ARCHIVED: {
    columns: {
      Patient_ID: 'int required',
      EC_Ident: 'int wide required',
      Arrival_Date: 'date',
      Discharge_Destination_SNOMED_CT: 'str caseless',
      Ethnic_Category: 'str',
    },
    key: 'EC_Ident',
  },
  /** An attendance may have no row here, and is then not seen (§7.5). */
  EC_Diagnosis_ARCHIVED: {
    columns: {
      Patient_ID: 'int required',
      EC_Ident: 'int wide required',
      EC_Diagnosis_01: 'str caseless',
      EC_Diagnosis_02: 'str caseless',
      EC_Diagnosis_03: 'str caseless',
      EC_Diagnosis_04: 'str caseless',
      EC_Diagnosis_05: 'str caseless',
      EC_Diagnosis_06: 'str caseless',
      EC_Diagnosis_07: 'str caseless',
      EC_Diagnosis_08: 'str caseless',
      EC_Diagnosis_09: 'str caseless',
      EC_Diagnosis_10: 'str caseless',
      EC_Diagnosis_11: 'str caseless',
      EC_Diagnosis_12: 'str caseless',
      EC_Diagnosis_13: 'str caseless',
      EC_Diagnosis_14: 'str caseless',
      EC_Diagnosis_15: 'str caseless',
      EC_Diagnosis_16: 'str caseless',
      EC_Diagnosis_17: 'str caseless',
      EC_Diagnosis_18: 'str caseless',
      EC_Diagnosis_19: 'str caseless',
      EC_Diagnosis_20: 'str caseless',
      EC_Diagnosis_21: 'str caseless',
      EC_Diagnosis_22: 'str caseless',
      EC_Diagnosis_23: 'str caseless',
      EC_Diagnosis_24: 'str caseless',
    },
  },
  OPA_ARCHIVED: {
    columns: {
      Patient_ID: 'int required',
      OPA_Ident: 'int wide required',
      Appointment_Date: 'date',
      Attendance_Status: 'str',
      First_Attendance: 'str',
      Treatment_Function_Code: 'str',
      Consultation_Medium_Used: 'str',
      Ethnic_Category: 'str',
    },
    key: 'OPA_Ident',
  },
  OPA_Proc_ARCHIVED: {
    columns: {
      Patient_ID: 'int required',
      OPA_Ident: 'int wide required',
      Primary_Procedure_Code: 'str',
    },
  },
  ICNARC: {
    columns: {
      ICNARC_ID: 'int required',
      Patient_ID: 'int required',
      IcuAdmissionDateTime: 'datetime',
      OriginalIcuAdmissionDate: 'date',
      BasicDays_RespiratorySupport: 'int',
      AdvancedDays_RespiratorySupport: 'int',
      Ventilator: 'int',
    },
    key: 'ICNARC_ID',
  },
  /** `FinancialYear` begins with the four digits of the year it starts in; `FinancialMonth` 1 is April. */
  HighCostDrugs: {
    columns: {
      Patient_ID: 'int required',
      DrugName: 'str',
      FinancialYear: 'str',
      FinancialMonth: 'str',
    },
  },
} as const;
