/** Tables of patients of many shapes, and of what looks like them and is not. */
import type { Grid } from './case.ts';
import type { Random } from './random.ts';

type PatientShape = (random: Random) => Grid;

const hexadecimal = (random: Random, length: number): string =>
  Array.from({ length }, () => random.whole(0, 15).toString(16)).join('');

const date = (random: Random, from: number, to: number): string =>
  `${random.whole(from, to)}-${String(random.whole(1, 12)).padStart(2, '0')}-${String(random.whole(1, 28)).padStart(2, '0')}`;

type Attribute = readonly [name: string, value: (random: Random) => string];

const attributes: readonly Attribute[] = [
  ['age', (random) => String(random.whole(0, 99))],
  ['sex', (random) => random.pick(['M', 'F'])],
  ['bmi', (random) => (16 + random.next() * 24).toFixed(1)],
  ['region', (random) => random.pick(['East', 'London', 'North West', 'South East'])],
  ['ethnicity', (random) => random.pick(['1', '2', '3', '4', '5'])],
  ['imd', (random) => random.pick(['1', '2', '3', '4', '5'])],
  ['asthma', (random) => random.pick(['0', '1', '0', '0'])],
  ['has_copd', (random) => random.pick(['0', '1'])],
  ['died', (random) => random.pick(['T', 'F', 'F'])],
  ['admitted_date', (random) => (random.chance(0.3) ? '' : date(random, 2019, 2022))],
  ['death_date', (random) => (random.chance(0.8) ? '' : date(random, 2019, 2022))],
  ['sbp', (random) => String(random.whole(90, 180))],
  ['smoking_status', (random) => random.pick(['S', 'E', 'N', 'M'])],
  ['n_admissions', (random) => String(random.whole(0, 4))],
  ['hba1c', (random) => (20 + random.next() * 60).toFixed(0)],
];

const chosen = (random: Random, least: number): readonly Attribute[] =>
  random.some(attributes, random.whole(least, 9));

/** An identifier in front of some attributes. */
const identified =
  (names: readonly string[], value: (random: Random, row: number) => string): PatientShape =>
  (random) => {
    const columns = chosen(random, 1);
    return {
      names: [random.pick(names), ...columns.map(([name]) => name)],
      rows: Array.from({ length: random.whole(3, 120) }, (_, row) => [
        value(random, row),
        ...columns.map(([, make]) => make(random)),
      ]),
    };
  };

/** Attributes alone; age is always among them, and two more that tell people apart. */
const anonymous: PatientShape = (random) => {
  const columns = [
    ...attributes.slice(0, 2),
    ...chosen(random, 3).filter(([name]) => name !== 'age' && name !== 'sex'),
  ];
  const rows = Array.from({ length: random.whole(4, 200) }, () =>
    columns.map(([, make]) => make(random)),
  );
  const sorted = random.chance(0.3) ? rows.toSorted((a, b) => Number(a[0]) - Number(b[0])) : rows;
  return { names: columns.map(([name]) => name), rows: sorted };
};

/** Events: the same few labels over and over, with values. */
const events: PatientShape = (random) => ({
  names: ['code', 'date', 'numeric_value'],
  rows: Array.from({ length: random.whole(60, 300) }, () => [
    random.pick(['asthma', 'copd', 'stroke']),
    `2020-0${random.whole(1, 3)}-0${random.whole(1, 5)}`,
    (random.next() * 100).toFixed(1),
  ]),
});

/** Points of a scatter plot. */
const points: PatientShape = (random) => ({
  names: ['x', 'y'],
  rows: Array.from({ length: random.whole(30, 300) }, () => [
    (random.next() * 90).toFixed(2),
    (random.next() * 40).toFixed(2),
  ]),
});

const nhsNumber = (random: Random): string => {
  for (;;) {
    const digits = `${random.pick(['4', '6', '7'])}${Array.from({ length: 8 }, () => random.whole(0, 9)).join('')}`;
    const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (10 - at), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check !== 10) return `${digits}${check}`;
  }
};

/** The shapes by name; each is one row per patient. */
export const patientShapes: Readonly<Record<string, PatientShape>> = {
  patientId: identified(
    ['patient_id', 'Patient ID', 'PATIENT_ID', 'patientId', 'patid', 'person_id', 'subject_id'],
    (random) => String(random.whole(1, 1e7)),
  ),
  pseudonym: identified(['pseudo_id', 'key', 'link', 'pid', 'hash', 'person'], (random) =>
    hexadecimal(random, random.pick([32, 40, 64])),
  ),
  uuid: identified(['id', 'record', 'guid'], (random) =>
    [8, 4, 4, 4, 12].map((length) => hexadecimal(random, length)).join('-'),
  ),
  longNumber: identified(['ref', 'member', 'entry'], (random, row) =>
    String(10_000_000 + row * 7919 + random.whole(0, 7000)),
  ),
  nhsNumber: identified(['number', 'nhs_no', 'reference'], nhsNumber),
  birth: identified(['dob', 'date_of_birth', 'DateOfBirth', 'birth_date'], (random) =>
    date(random, 1920, 2010),
  ),
  anonymous,
  events,
  points,
};
