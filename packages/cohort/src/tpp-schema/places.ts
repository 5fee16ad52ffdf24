/** Tables of where people live and which practice looks after them, and of the trials that practices take part in. */

/** Cohort-extractor §7.7; the rules of choosing an address or a registration are in §7.5. */
export const placeTables = {
  Organisation: {
    columns: {
      Organisation_ID: 'int required',
      GoLiveDate: 'date',
      STPCode: 'str',
      MSOACode: 'str',
      Region: 'str',
    },
    key: 'Organisation_ID',
  },
  /** `ImdRankRounded` is rounded to 100 already, -1 where unknown; an unknown `MSOACode` is `NPC`. */
  PatientAddress: {
    columns: {
      PatientAddress_ID: 'int required',
      Patient_ID: 'int required',
      StartDate: 'date',
      EndDate: 'date',
      AddressType: 'int',
      RuralUrbanClassificationCode: 'int',
      ImdRankRounded: 'int',
      MSOACode: 'str',
    },
    key: 'PatientAddress_ID',
  },
  /** Addresses that look like care homes; the two flags are `Y` or `N`. */
  PotentialCareHomeAddress: {
    columns: {
      Patient_ID: 'int required',
      PatientAddress_ID: 'int required',
      LocationRequiresNursing: 'str',
      LocationDoesNotRequireNursing: 'str',
    },
    key: 'PatientAddress_ID',
  },
  /** As they were on 1 February 2020, the only day that can be asked for. */
  Household: {
    columns: {
      Household_ID: 'int required',
      NFA_Unknown: 'bool',
      Prison: 'bool',
      MixedSoftwareHousehold: 'bool',
      TppPercentage: 'int',
      HouseholdSize: 'int',
      MSOA: 'str',
    },
    key: 'Household_ID',
  },
  HouseholdMember: {
    columns: {
      HouseholdMember_ID: 'int required',
      Patient_ID: 'int required',
      Household_ID: 'int required',
    },
    key: 'HouseholdMember_ID',
    onePerPatient: true,
  },
  ClusterRandomisedTrial: {
    columns: { Organisation_ID: 'int required', TrialNumber: 'int required', TrialArm: 'str' },
  },
  ClusterRandomisedTrialDetail: {
    columns: {
      TrialNumber: 'int required',
      Organisation_ID: 'int required',
      Property: 'str',
      PropertyValue: 'str',
    },
  },
  ClusterRandomisedTrialReference: {
    columns: {
      TrialNumber: 'int required',
      TrialName: 'str',
      TrialDescription: 'str',
      CPMSNumber: 'int',
    },
    key: 'TrialNumber',
  },
} as const;
