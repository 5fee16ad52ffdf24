/** Vaccinations: the waves against COVID-19 by age, influenza each autumn, and those of childhood and old age. */
import type { primaryCareTables } from '../tpp-schema/primary-care.ts';
import { doubled, type RowSources, repeated } from './row-source.ts';

interface Product {
  readonly id: number;
  readonly name: string;
  readonly contents: readonly string[];
}

/** Products with the diseases that they protect from; the first three names are those that studies ask for. */
const products: readonly Product[] = [
  {
    id: 1,
    name: 'COVID-19 mRNA Vaccine Comirnaty 30micrograms/0.3ml dose conc for susp for inj MDV (Pfizer)',
    contents: ['SARS-2 CORONAVIRUS'],
  },
  {
    id: 2,
    name: 'COVID-19 Vaccine Vaxzevria 0.5ml inj multidose vials (AstraZeneca)',
    contents: ['SARS-2 CORONAVIRUS'],
  },
  {
    id: 3,
    name: 'COVID-19 mRNA Vaccine Spikevax (nucleoside modified) 0.1mg/0.5mL dose disp for inj MDV (Moderna)',
    contents: ['SARS-2 CORONAVIRUS'],
  },
  { id: 4, name: 'Influenza vaccine (split virion)', contents: ['INFLUENZA'] },
  { id: 5, name: 'Pneumococcal polysaccharide vaccine', contents: ['PNEUMOCOCCAL'] },
  { id: 6, name: 'Measles, mumps and rubella vaccine', contents: ['MEASLES', 'MUMPS', 'RUBELLA'] },
  {
    id: 7,
    name: 'Diphtheria, tetanus and polio vaccine',
    contents: ['DIPHTHERIA', 'TETANUS', 'POLIO'],
  },
];

/**
 * What a row of Vaccination is, by `k`: 0 to 4 doses against COVID-19, 5 to 9 influenza of 2018 to 2022, 10 old age,
 * 11 and 12 childhood. A dose needs the one before it.
 */
const doses = {
  covid: [0, 1, 2, 3, 4],
  influenza: [5, 6, 7, 8, 9],
  old: 10,
  childhood: [11, 12],
} as const;

export const vaccinationRows: RowSources<
  Pick<typeof primaryCareTables, 'Vaccination' | 'VaccinationReference'>
> = {
  VaccinationReference: {
    perPatient: null,
    select: () =>
      `SELECT * FROM (VALUES ${products
        .flatMap(({ id, name, contents }) =>
          contents.map((content) => `(${id}, '${name}', '${content}')`),
        )
        .join(', ')}) AS names(VaccinationName_ID, VaccinationName, VaccinationContent)`,
  },

  Vaccination: {
    perPatient: 5,
    select: ({ draws }, people) => {
      const { below, chance, uniform, pick } = draws;
      // The oldest first: seven weeks from one decade to the next.
      const firstDose = `DATE '2020-12-08' + CAST(greatest(0, (85 - age) * 2.6) AS INTEGER) + ${below('first dose', 'p', 40)}`;
      const day = `CASE
        WHEN k = 0 THEN ${firstDose}
        WHEN k = 1 THEN ${firstDose} + 56 + ${below('second dose', 'p', 35)}
        WHEN k = 2 THEN ${firstDose} + 250 + ${below('third dose', 'p', 50)}
        WHEN k = 3 THEN DATE '2022-09-10' + ${below('autumn dose', 'p', 80)}
        WHEN k = 4 THEN DATE '2023-09-15' + ${below('next autumn dose', 'p', 70)}
        WHEN k < 10 THEN make_date(2013 + CAST(k AS INTEGER), 9, 15) + ${below('influenza', 'r', 100)}
        WHEN k = 10 THEN dob + 23750 + ${below('old', 'p', 700)}
        ELSE dob + 60 + 330 * (CAST(k AS INTEGER) - 11) + ${below('child', 'r', 60)} END`;
      // How far a person goes through the doses; reluctance is one draw, so that later doses imply earlier ones.
      const willing = uniform('willing', 'p');
      const given = `CASE
        WHEN k <= ${doses.covid[1]} THEN age >= 12 AND ${willing} < 0.55 + age / 240.0 - 0.03 * k
        WHEN k = 2 THEN age >= 18 AND ${willing} < 0.35 + age / 180.0
        WHEN k <= ${doses.covid[4]} THEN age >= 50 AND ${willing} < 0.2 + age / 160.0
        WHEN k <= ${doses.influenza[4]} THEN ${chance('takes influenza', 'r', 0.8)} AND (age >= 65 OR ${chance('at risk', 'p', 0.2)})
        WHEN k = ${doses.old} THEN age >= 67 AND ${chance('takes old', 'p', 0.7)}
        ELSE dob >= DATE '1990-01-01' AND ${chance('takes child', 'r', 0.92)} END`;
      const brand = pick('brand', 'p', [
        ['1', 50],
        ['2', 45],
        ['3', 5],
      ]);
      const product = `CASE WHEN k <= 1 THEN CAST(${brand} AS INTEGER)
        WHEN k <= 4 THEN CASE WHEN ${chance('booster brand', 'r', 0.7)} THEN 1 ELSE 3 END
        WHEN k < 10 THEN 4 WHEN k = 10 THEN 5 WHEN k = 11 THEN 7 ELSE 6 END`;
      return `SELECT id AS Patient_ID, r * 2 + copy AS Vaccination_ID,
        CASE WHEN ${chance('vaccinated 1900', 'r', 0.002)} THEN TIMESTAMP '1900-01-01' ELSE CAST(day AS TIMESTAMP) END AS VaccinationDate,
        CASE product ${products.map(({ id, name }) => `WHEN ${id} THEN '${name}'`).join(' ')} END AS VaccinationName,
        product AS VaccinationName_ID,
        CASE WHEN k <= 4 THEN CAST(k AS INTEGER) + 1 ELSE 1 END AS VaccinationSchedulePart
        FROM ${doubled(`(SELECT *, ${day} AS day, ${product} AS product FROM ${repeated(people, '13')} WHERE ${given})`, chance('recorded twice', 'r', 0.006))}
        WHERE day <= last`;
    },
  },
};
