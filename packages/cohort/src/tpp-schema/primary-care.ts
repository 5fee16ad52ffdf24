/** Tables of the general practices' own records: people, registrations, events, prescriptions, vaccinations. */

/**
 * Cohort-extractor §7.7. An open end is 9999-12-31, and so is the day of death of the living (§7.5). Codes of events
 * compare byte by byte, dm+d ids without regard to case (§7.3).
 */
export const primaryCareTables = {
  Patient: {
    columns: {
      Patient_ID: 'int required',
      DateOfBirth: 'date',
      DateOfDeath: 'date',
      Sex: 'str',
    },
    key: 'Patient_ID',
    onePerPatient: true,
  },
  RegistrationHistory: {
    columns: {
      Registration_ID: 'int required',
      Organisation_ID: 'int',
      Patient_ID: 'int required',
      StartDate: 'date',
      EndDate: 'date',
    },
    key: 'Registration_ID',
  },
  CodedEvent: {
    columns: {
      Patient_ID: 'int required',
      CodedEvent_ID: 'int wide required',
      CTV3Code: 'str binary',
      NumericValue: 'float',
      ConsultationDate: 'datetime',
    },
    key: 'CodedEvent_ID',
  },
  CodedEvent_SNOMED: {
    columns: {
      Patient_ID: 'int required',
      CodedEvent_ID: 'int wide required',
      ConceptID: 'str binary',
      CodingSystem: 'int',
      NumericValue: 'float',
      ConsultationDate: 'datetime',
    },
    key: 'CodedEvent_ID',
  },
  /** Reference range of an event's value. A bound of -1 is none; `Comparator` is 3 to 8 (§7.4). */
  CodedEventRange: {
    columns: {
      CodedEventRange_ID: 'int wide required',
      CodedEvent_ID: 'int wide required',
      LowerBound: 'float',
      UpperBound: 'float',
      Comparator: 'int',
    },
    key: 'CodedEventRange_ID',
  },
  MedicationIssue: {
    columns: {
      Patient_ID: 'int required',
      Consultation_ID: 'int wide',
      MedicationIssue_ID: 'int wide required',
      RepeatMedication_ID: 'int wide',
      MultilexDrug_ID: 'str',
      Dose: 'str',
      Quantity: 'str',
      StartDate: 'datetime',
      EndDate: 'datetime',
      MedicationStatus: 'str',
      ConsultationDate: 'datetime',
    },
    key: 'MedicationIssue_ID',
  },
  MedicationDictionary: {
    columns: {
      MultilexDrug_ID: 'str required',
      ProductId: 'str',
      FullName: 'str',
      RootName: 'str',
      PackDescription: 'str',
      Form: 'str',
      Strength: 'str',
      CompanyName: 'str',
      DMD_ID: 'str caseless',
    },
    key: 'MultilexDrug_ID',
  },
  /** Virtual medicinal products whose id changed: `prev_id` was the id before. Lies in the temporary database. */
  VmpMapping: {
    columns: { id: 'str caseless required', prev_id: 'str caseless' },
  },
  /** `Status` is one of 0 to 6, 8 to 12, 14 to 16 (§7.5, gp_consultations). */
  Appointment: {
    columns: {
      Appointment_ID: 'int wide required',
      Patient_ID: 'int required',
      Organisation_ID: 'int',
      SeenDate: 'datetime',
      Status: 'int',
    },
    key: 'Appointment_ID',
  },
  Vaccination: {
    columns: {
      Patient_ID: 'int required',
      Vaccination_ID: 'int wide required',
      VaccinationDate: 'datetime',
      VaccinationName: 'str',
      VaccinationName_ID: 'int',
      VaccinationSchedulePart: 'int',
    },
    key: 'Vaccination_ID',
  },
  /** One row for each disease that a product protects from, so several for one name. */
  VaccinationReference: {
    columns: {
      VaccinationName_ID: 'int required',
      VaccinationName: 'str',
      VaccinationContent: 'str',
    },
  },
  /** `AlgorithmType` 1 is the electronic frailty index. */
  DecisionSupportValue: {
    columns: {
      Patient_ID: 'int required',
      AlgorithmType: 'int',
      CalculationDateTime: 'datetime',
      NumericValue: 'float',
    },
  },
} as const;
