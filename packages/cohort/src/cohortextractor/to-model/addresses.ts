/** Where a patient lives (cohort-extractor §1.8, 11–13). */
import {
  ascending,
  caseOf,
  descending,
  filter,
  first,
  join,
  column as made,
  operation,
  select,
} from '../../model/build.ts';
import type { PatientValue, RowOrder, Rows, RowValue } from '../../model/model.ts';
import { chooseCategory, isCategories } from './categories.ts';
import { covering } from './dates.ts';
import type { Operand } from './expressions.ts';
import { type Call, type Lower, noSuchValue } from './lowering.ts';
import { bool, column, int, nothing, on, text, tppTable } from './nodes.ts';

const addresses = tppTable('PatientAddress');
const msoa = column('PatientAddress', 'MSOACode');

const addressesOn = (rows: Rows, { date }: Call): Rows =>
  covering(
    rows,
    column('PatientAddress', 'StartDate'),
    column('PatientAddress', 'EndDate'),
    date('date'),
  );

/** Of several addresses the latest, then the one that lasts longest, then one whose area is known. */
const order: readonly RowOrder[] = [
  descending(column('PatientAddress', 'StartDate')),
  descending(column('PatientAddress', 'EndDate')),
  ascending(caseOf<RowValue>([[operation('equal', msoa, text('NPC')), int(1)]], int(0))),
  ascending(column('PatientAddress', 'PatientAddress_ID')),
];

/** The deprivation rank is stored rounded. An unknown one is −1, because 0 is a rank (§7.2). */
export const addressAsOf: Lower = (call) => {
  const take = (value: RowValue): PatientValue => first(addressesOn(addresses, call), order, value);
  switch (call.given['returning']) {
    case 'index_of_multiple_deprivation':
      return { value: take(column('PatientAddress', 'ImdRankRounded')), empty: -1 };
    case 'rural_urban_classification':
      return { value: take(column('PatientAddress', 'RuralUrbanClassificationCode')) };
    case 'msoa':
      return { value: take(msoa) };
    default:
      return noSuchValue(call);
  }
};

const homes = select(tppTable('PotentialCareHomeAddress'), {
  PatientAddress_ID: column('PotentialCareHomeAddress', 'PatientAddress_ID'),
  LocationRequiresNursing: column('PotentialCareHomeAddress', 'LocationRequiresNursing'),
  LocationDoesNotRequireNursing: column(
    'PotentialCareHomeAddress',
    'LocationDoesNotRequireNursing',
  ),
  IsPotentialCareHome: bool(true),
});

/**
 * The category of the same address. Somebody without an address is in no category, the default one included (§1.7). Whether
 * there is nursing is unknown, neither 'Y' nor 'N' nor blank, at an address that is no potential care home.
 */
export const careHomeStatusAsOf: Lower = (call) => {
  const rows = addressesOn(
    join(addresses, homes, on('Patient_ID', 'PatientAddress_ID'), { outer: true }),
    call,
  );
  const take = (value: RowValue): PatientValue => first(rows, order, value);
  const nursing = (name: 'LocationRequiresNursing' | 'LocationDoesNotRequireNursing'): Operand => ({
    kind: 'text',
    value: take(column('PotentialCareHomeAddress', name)),
    tidy: true,
  });
  const isHome = operation('coalesce', take(made('IsPotentialCareHome', 'bool')), bool(false));
  const { categorised_as: categories } = call.given;
  if (!isCategories(categories)) return noSuchValue(call);
  const chosen = chooseCategory(categories, call.type, {
    column: call.name,
    operand: (name) =>
      name === 'IsPotentialCareHome'
        ? { kind: 'flag', value: isHome }
        : nursing(
            name === 'LocationRequiresNursing'
              ? 'LocationRequiresNursing'
              : 'LocationDoesNotRequireNursing',
          ),
    refuse: call.refuse,
  });
  const homeless = operation('is-null', take(column('PatientAddress', 'PatientAddress_ID')));
  return { value: caseOf<PatientValue>([[homeless, nothing[call.type]]], chosen) };
};

const ofHousehold = {
  pseudo_id: column('Household', 'Household_ID'),
  household_size: column('Household', 'HouseholdSize'),
  is_prison: column('Household', 'Prison'),
  has_members_in_other_ehr_systems: column('Household', 'MixedSoftwareHousehold'),
  percentage_of_members_with_data_in_this_backend: column('Household', 'TppPercentage'),
  msoa: column('Household', 'MSOA'),
} as const;

/** The household of 1 February 2020. People of no fixed or of unknown abode have none. */
export const householdAsOf: Lower = (call) => {
  const returning = String(call.given['returning']);
  if (!Object.hasOwn(ofHousehold, returning)) return noSuchValue(call);
  const known = filter(
    join(tppTable('HouseholdMember'), tppTable('Household'), on('Household_ID')),
    operation('not', column('Household', 'NFA_Unknown')),
  );
  const member = ascending(column('HouseholdMember', 'HouseholdMember_ID'));
  return { value: first(known, [member], ofHousehold[returning as keyof typeof ofHousehold]) };
};
