/** Tables of laboratory tests for COVID-19 and of deaths. */

/** Cohort-extractor §7.7. None of them promises one row for each patient (§7.5: duplicates of ONS and CPNS). */
export const testAndDeathTables = {
  SGSS_Positive: {
    columns: {
      Patient_ID: 'int required',
      Organism_Species_Name: 'str',
      Earliest_Specimen_Date: 'date',
      Lab_Report_Date: 'date',
      Lab_Type: 'str',
      SGTF: 'str',
      CaseCategory: 'str',
    },
  },
  SGSS_Negative: {
    columns: {
      Patient_ID: 'int required',
      Organism_Species_Name: 'str',
      Earliest_Specimen_Date: 'date',
      Lab_Report_Date: 'date',
      Lab_Type: 'str',
    },
  },
  SGSS_AllTests_Positive: {
    columns: {
      Patient_ID: 'int required',
      Organism_Species_Name: 'str',
      Specimen_Date: 'date',
      Lab_Report_Date: 'date',
      Lab_Type: 'str',
      Symptomatic: 'str',
      Variant: 'str',
      VariantDetectionMethod: 'str',
      Pillar: 'str',
      LFT_Flag: 'str',
      SGTF: 'str',
    },
  },
  SGSS_AllTests_Negative: {
    columns: {
      Patient_ID: 'int required',
      Organism_Species_Name: 'str',
      Specimen_Date: 'date',
      Lab_Report_Date: 'date',
      Lab_Type: 'str',
      Symptomatic: 'str',
      Pillar: 'str',
      LFT_Flag: 'str',
    },
  },
  ONS_Deaths: {
    columns: {
      Patient_ID: 'int required',
      Sex: 'str',
      ageinyrs: 'int',
      dod: 'date',
      icd10u: 'str',
      ICD10001: 'str',
      ICD10002: 'str',
      ICD10003: 'str',
      ICD10004: 'str',
      ICD10005: 'str',
      ICD10006: 'str',
      ICD10007: 'str',
      ICD10008: 'str',
      ICD10009: 'str',
      ICD10010: 'str',
      ICD10011: 'str',
      ICD10012: 'str',
      ICD10013: 'str',
      ICD10014: 'str',
      ICD10015: 'str',
      Place_of_occurrence: 'str',
    },
  },
  CPNS: {
    columns: { Id: 'int required', Patient_ID: 'int required', DateOfDeath: 'date' },
    key: 'Id',
  },
} as const;
