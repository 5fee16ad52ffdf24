/** Rows of laboratory tests for COVID-19 and of deaths. */
import type { testAndDeathTables } from '../tpp-schema/covid-tests-and-deaths.ts';
import type { Draws } from './draws.ts';
import { slotsOf } from './primary-care-rows.ts';
import { dayInWaves, doubled, type Population, type RowSources, repeated } from './row-source.ts';
import { SLOT_BITS } from './vocabulary.ts';

const ORGANISM = "'SARS-CoV-2' AS Organism_Species_Name";

/** Positive tests: about one patient in three has any; some have two reports of one day. */
function positives({ draws }: Population, people: string): string {
  return tests(
    draws,
    people,
    'positive',
    `CASE WHEN ${draws.chance('infected', 'p', 0.32)} THEN 1 + ${draws.tail('positives', 'p', 0.6)} ELSE 0 END`,
  );
}

function negatives({ draws }: Population, people: string): string {
  return tests(draws, people, 'negative', `least(150, ${draws.tail('negatives', 'p', 1.6)})`);
}

function tests(draws: Draws, people: string, stream: string, count: string): string {
  return `(SELECT * FROM (SELECT *,
      CASE WHEN k > 0 AND ${draws.chance(`${stream} same day`, 'r', 0.15)}
        THEN ${dayInWaves(draws, stream, 'r - 1')} ELSE ${dayInWaves(draws, stream, 'r')} END AS day
    FROM ${repeated(people, count)}) WHERE day <= last)`;
}

/** What every table of tests says besides. */
function laboratory(draws: Draws, stream: string): string {
  return `day + 1 + ${draws.below(`${stream} report`, 'r', 4)} AS Lab_Report_Date,
    ${draws.pick(`${stream} laboratory`, 'r', [
      ['Pillar2-LightHouse', 7],
      ['NHS', 3],
    ])} AS Lab_Type`;
}

function pillar(draws: Draws, stream: string): string {
  return `${draws.pick(`${stream} pillar`, 'r', [
    ['Pillar 2', 7],
    ['Pillar 1', 3],
  ])} AS Pillar, ${draws.pick(`${stream} flow`, 'r', [
    ['0', 6],
    ['1', 4],
  ])} AS LFT_Flag`;
}

function geneTarget(draws: Draws): string {
  return `${draws.pick('gene target', 'r', [
    ['0', 30],
    ['1', 20],
    ['9', 30],
    ['', 5],
    [null, 15],
  ])} AS SGTF`;
}

/** The earliest test of each patient; of those on one day the one that was drawn first. */
function earliest(rows: string): string {
  return `(SELECT * FROM ${rows} QUALIFY row_number() OVER (PARTITION BY p ORDER BY day, k) = 1)`;
}

export const testAndDeathRows: RowSources<typeof testAndDeathTables> = {
  SGSS_Positive: {
    perPatient: 0.35,
    select: (population, people) => {
      const { draws } = population;
      return `SELECT id AS Patient_ID, ${ORGANISM}, day AS Earliest_Specimen_Date, ${laboratory(draws, 'positive')}, ${geneTarget(draws)},
        ${draws.pick('case category', 'r', [
          ['PCR_Only', 60],
          ['LFT_Only', 25],
          ['LFT_WithPCR', 14],
          [null, 1],
        ])} AS CaseCategory FROM ${earliest(positives(population, people))} ORDER BY p`;
    },
  },

  SGSS_Negative: {
    perPatient: 0.6,
    select: (
      population,
      people,
    ) => `SELECT id AS Patient_ID, ${ORGANISM}, day AS Earliest_Specimen_Date,
      ${laboratory(population.draws, 'negative')} FROM ${earliest(negatives(population, people))} ORDER BY p`,
  },

  SGSS_AllTests_Positive: {
    perPatient: 0.5,
    select: (population, people) => {
      const { draws } = population;
      return `SELECT id AS Patient_ID, ${ORGANISM}, day AS Specimen_Date, ${laboratory(draws, 'positive')},
        ${draws.pick('symptomatic', 'r', [
          ['Y', 45],
          ['N', 25],
          ['U', 20],
          [null, 10],
        ])} AS Symptomatic,
        ${draws.pick('variant', 'r', [
          [null, 40],
          ['(blank)', 10],
          ['none', 5],
          ['N/A', 5],
          ['', 5],
          ['VOC-20DEC-01', 8],
          ['VOC-20DEC-01 detected', 4],
          ['VOC-21APR-02', 12],
          ['VOC-21NOV-01', 11],
        ])} AS Variant,
        ${draws.pick('detection', 'r', [
          [null, 60],
          ['Private Lab Sequencing', 10],
          ['Reflex Assay', 20],
          ['(blank)', 10],
        ])} AS VariantDetectionMethod,
        ${pillar(draws, 'positive')}, ${geneTarget(draws)} FROM ${positives(population, people)}`;
    },
  },

  SGSS_AllTests_Negative: {
    perPatient: 1.3,
    select: (population, people) => {
      const { draws } = population;
      return `SELECT id AS Patient_ID, ${ORGANISM}, day AS Specimen_Date, ${laboratory(draws, 'negative')},
        ${draws.pick('negative symptomatic', 'r', [
          ['true', 30],
          ['false', 40],
          [null, 30],
        ])} AS Symptomatic, ${pillar(draws, 'negative')} FROM ${negatives(population, people)}`;
    },
  },

  /** Deaths from 2019 on. Three in a hundred are not there, one in two hundred is there twice with two places. */
  ONS_Deaths: {
    perPatient: 0.03,
    select: ({ draws }, people) => {
      const { below, bits, chance, pick } = draws;
      const causes = Array.from({ length: 15 }, (_, index) => {
        const number = String(index + 1).padStart(3, '0');
        return `codes[${index + 1}] AS ICD10${number}`;
      });
      const covid = `died BETWEEN DATE '2020-03-15' AND DATE '2022-03-31' AND ${chance('of covid', 'p', 0.17)}`;
      return `SELECT id AS Patient_ID, sex AS Sex, CAST(date_diff('year', dob, died) AS INTEGER) AS ageinyrs,
        CASE WHEN copy = 1 AND ${chance('other day', 'p', 0.5)} THEN died + 1 ELSE died END AS dod,
        codes[1] AS icd10u, ${causes.join(', ')},
        CASE WHEN copy = 1 THEN 'Elsewhere' ELSE ${pick('place of death', 'p', [
          ['Hospital', 46],
          ['Home', 25],
          ['Care Home', 22],
          ['Hospice', 5],
          ['Other communal establishment', 1],
          [null, 1],
        ])} END AS Place_of_occurrence
        FROM (SELECT p, list(CASE WHEN covid AND i = 0 THEN 'U071' ELSE code END ORDER BY i) AS codes
            FROM (SELECT p, covid, i, CAST(${bits('cause', 'p * 16 + i')} % ${2 ** SLOT_BITS} AS INTEGER) AS slot
              FROM (SELECT p, ${covid} AS covid, unnest(range(1 + ${below('causes', 'p', 6)} * ${below('more causes', 'p', 3)})) AS i
                FROM ${people} WHERE died >= DATE '2019-02-01')) AS drawn
            JOIN ${slotsOf('icd10')} AS slots ON slots.slot = drawn.slot GROUP BY p) AS causes
        JOIN ${doubled(people, chance('registered twice', 'p', 0.005))} AS people USING (p)
        WHERE NOT ${chance('not registered', 'p', 0.03)} ORDER BY p, copy`;
    },
  },

  /** Some are there twice, always with one date: two dates are refused by the rule that reads them. */
  CPNS: {
    perPatient: 0.003,
    select: ({ draws }, people) => `SELECT p * 2 + copy AS Id, id AS Patient_ID, died AS DateOfDeath
      FROM ${doubled(people, draws.chance('notified twice', 'p', 0.02))}
      WHERE died BETWEEN DATE '2020-03-15' AND DATE '2022-03-31' AND ${draws.chance('of covid', 'p', 0.12)} ORDER BY p, copy`,
  },
};
