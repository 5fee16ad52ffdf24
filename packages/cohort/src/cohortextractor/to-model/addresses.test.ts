/** Where a patient lives (cohort-extractor §1.8, 11–13; §7.5). */
import { dict, type Python } from '../testing.ts';
import { type Case, example, type Rows, specify } from './cases.testing.ts';

interface Address {
  readonly from?: string;
  readonly to?: string;
  readonly msoa?: string | null;
  readonly imd?: number | null;
  readonly rural?: number | null;
  readonly id?: number;
}

const at = (...given: readonly Address[]): Rows => ({
  PatientAddress: given.map((one, index) => ({
    StartDate: one.from ?? '2010-01-01',
    EndDate: one.to ?? '9999-12-31',
    MSOACode: one.msoa === undefined ? 'E02' : one.msoa,
    ImdRankRounded: one.imd === undefined ? 12_300 : one.imd,
    RuralUrbanClassificationCode: one.rural === undefined ? 3 : one.rural,
    PatientAddress_ID: one.id ?? 200 + index,
  })),
});

const imd = [
  'address_as_of',
  { date: 'index_date', returning: 'index_of_multiple_deprivation', round_to_nearest: 100 },
] as const;
const rural = [
  'address_as_of',
  { date: 'index_date', returning: 'rural_urban_classification' },
] as const;
const msoa = ['address_as_of', { date: 'index_date', returning: 'msoa' }] as const;

const careHome = (categories?: Readonly<Record<string, string>>) => {
  const given: Record<string, Python> = { date: 'index_date' };
  if (categories !== undefined) given['categorised_as'] = dict(categories);
  return ['care_home_status_as_of', given] as const;
};

/** An address of its own number, since lines of care homes point at it. */
const home = (id: number, requires: string | null, doesNot: string | null): Rows => ({
  ...at({ id }),
  PotentialCareHomeAddress: [
    {
      PatientAddress_ID: id,
      LocationRequiresNursing: requires,
      LocationDoesNotRequireNursing: doesNot,
    },
  ],
});

const kinds = careHome({
  nursing: "IsPotentialCareHome AND LocationRequiresNursing = 'Y'",
  other: 'IsPotentialCareHome',
  private: 'DEFAULT',
});

const household = (returning: string) =>
  ['household_as_of', { reference_date: '2020-02-01', returning }] as const;
const memberOf = (Household_ID: number): Rows => ({ HouseholdMember: [{ Household_ID }] });

const shared: Rows = {
  Household: [
    {
      Household_ID: 31,
      NFA_Unknown: false,
      Prison: true,
      MixedSoftwareHousehold: true,
      TppPercentage: 75,
      HouseholdSize: 12,
      MSOA: 'E09',
    },
    { Household_ID: 32, NFA_Unknown: true, HouseholdSize: 400, MSOA: 'E10' },
    { Household_ID: 33, NFA_Unknown: false, Prison: null, HouseholdSize: null, MSOA: null },
  ],
};

const cases: readonly Case[] = [
  example('deprivation: the rank as it is stored', imd, at({}), 12_300),
  example('deprivation: trap 4, unknown is −1 and 0 a rank', imd, at({ imd: -1 }), -1),
  example('deprivation: rank 0 stays', imd, at({ imd: 0 }), 0),
  example('deprivation: nothing stored is −1', imd, at({ imd: null }), -1),
  example('deprivation: no address is −1', imd, {}, -1),
  example('rural and urban: the code', rural, at({ rural: 8 }), 8),
  example('rural and urban: no address is 0', rural, {}, 0),
  example('area: of the address', msoa, at({}), 'E02'),
  example('area: no address is blank', msoa, {}, ''),
  example('area: one that is not known is written as it is', msoa, at({ msoa: 'NPC' }), 'NPC'),

  example('address: from its first day', msoa, at({ from: '2020-02-29' }), 'E02'),
  example('address: not before', msoa, at({ from: '2020-03-01' }), ''),
  example('address: not on its last day', msoa, at({ to: '2020-02-29' }), ''),
  example('address: on the day before its last', msoa, at({ to: '2020-03-01' }), 'E02'),
  example(
    'address: moved to last',
    msoa,
    at({ from: '2012-01-01', msoa: 'new' }, { from: '2011-01-01', msoa: 'old' }),
    'new',
  ),
  example(
    'address: moved to on one day, left last',
    msoa,
    at({ to: '2021-01-01', msoa: 'short' }, { to: '2022-01-01', msoa: 'long' }),
    'long',
  ),
  example(
    'address: the same days, one in a known area',
    msoa,
    at({ msoa: 'NPC', id: 1 }, { msoa: 'E05', id: 2 }),
    'E05',
  ),
  example(
    'address: the same days and both known, the first stored',
    imd,
    at({ imd: 500, id: 12 }, { imd: 900, id: 11 }),
    900,
  ),

  example('care home: a potential one', careHome(), home(301, 'Y', 'N'), true),
  example('care home: any other address', careHome(), at({ id: 302 }), false),
  example('care home: no address', careHome(), {}, false),
  example('care home: with nursing', kinds, home(303, 'Y', 'N'), 'nursing'),
  example('care home: without nursing', kinds, home(304, 'N', 'Y'), 'other'),
  example('care home: neither stored', kinds, home(305, null, null), 'other'),
  example('care home: the default of another address', kinds, at({ id: 306 }), 'private'),
  example('care home: no address is in no category, not in the default', kinds, {}, ''),
  example(
    'care home: what is unknown at another address differs from nothing',
    careHome({ other: "LocationRequiresNursing != 'Y'", none: 'DEFAULT' }),
    at({ id: 307 }),
    'none',
  ),
  example(
    'care home: the address of the day decides',
    careHome(),
    {
      ...home(308, 'Y', 'N'),
      PatientAddress: [
        ...(at({ id: 308, to: '2019-01-01' }).PatientAddress ?? []),
        ...(at({ id: 309, from: '2019-01-01' }).PatientAddress ?? []),
      ],
    },
    false,
  ),

  example('household: its number', household('pseudo_id'), memberOf(31), 31),
  example('household: its size', household('household_size'), memberOf(31), 12),
  example('household: a prison', household('is_prison'), memberOf(31), true),
  example('household: its area', household('msoa'), memberOf(31), 'E09'),
  example(
    'household: with members elsewhere',
    household('has_members_in_other_ehr_systems'),
    memberOf(31),
    true,
  ),
  example(
    'household: how many are here',
    household('percentage_of_members_with_data_in_this_backend'),
    memberOf(31),
    75,
  ),
  example('household: no fixed abode is none', household('household_size'), memberOf(32), 0),
  example('household: no fixed abode has no area', household('msoa'), memberOf(32), ''),
  example('household: nothing stored is no prison', household('is_prison'), memberOf(33), false),
  example('household: not a member of any', household('pseudo_id'), {}, 0),
];

specify(cases, shared);
