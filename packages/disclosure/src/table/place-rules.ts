/** Practices and areas smaller than a region, by the names of columns, by codes and by the words of names. */
import type { FindingList } from '../finding.ts';
import type { DisclosureSettings } from '../settings.ts';
import { CellKind } from './cell.ts';
import type { Column, TableView } from './columns.ts';
import { placeOfCell, placeOfColumn } from './place-of-cell.ts';
import { cellText } from './table.ts';
import { squeezed, wordsOf } from './vocabulary.ts';

const placeNames = new Set(
  'practice practiceid practicecode practicename gppractice gppracticeid gppracticecode gp gpid gpcode surgery surgeryid odscode ods pcn pcncode pcnname primarycarenetwork icb icbcode icbname ics integratedcareboard integratedcaresystem stp stpcode stpname ccg ccgcode sicbl la lacode laname localauthority localauthoritycode lad ladcode ladname lad11 lad19 lad20 lad21 lad22 ltla utla ltlacode utlacode msoa msoacode msoaname msoa11 msoa21 lsoa lsoacode lsoaname lsoa11 lsoa21 oa oa11 outputarea ward wardcode wardname postcode postcodesector postcodedistrict parish constituency council borough district county hospital hospitalcode hospitalname trust trustcode trustname site sitecode listsize practicelistsize practicesize uprn'.split(
    ' ',
  ),
);

/** Codes of the Office for National Statistics for England, Wales, Scotland and Northern Ireland below regions. */
const areaCode =
  /^(?:E0[0-35-9]|E10|E1[3-9]|E3[78]|E4[0-9]|E5[3-6]|W0[0-9]|W1[0-2]|S0[0-35-9]|S1[0-9]|N0[0-35-9]|N1[0-2])\d{6}$/;
const postcode = /^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/;
const practiceCode = /^[A-HJ-NPV-Y]\d{5}$/;
const networkCode = /^U\d{5}$/;
const nameOfPlace =
  /\b(?:surgery|medical (?:centre|practice|group)|health centre|family practice|group practice|primary care network|pcn|integrated care (?:board|system)|icb|clinical commissioning group|ccg|(?:city|county|borough|district) council|london borough|nhs (?:foundation )?trust)\b/i;

/** Reports columns and cells that identify places. */
export function checkPlaces(
  view: TableView,
  settings: DisclosureSettings,
  findings: FindingList,
): void {
  const { table } = view;
  const further = new Set(settings.forbiddenColumns.map(squeezed));
  for (const column of view.columns) {
    const name = squeezed(column.name);
    if ((placeNames.has(name) || further.has(name)) && isFilled(column)) {
      findings.add('forbidden-geography', () => ({
        message: `The column “${column.name}” identifies practices or places.`,
        place: placeOfColumn(table, column.index),
      }));
      continue;
    }
    if ((column.tally[CellKind.text] ?? 0) === 0) continue;
    checkValues(view, column, findings);
  }
}

/** A column of flags about a place (`urban_practice` 0 and 1) is not in the list; an empty column says nothing. */
function isFilled({ tally }: Column): boolean {
  return (
    (tally[CellKind.text] ?? 0) + (tally[CellKind.integer] ?? 0) + (tally[CellKind.decimal] ?? 0) >
    0
  );
}

function checkValues({ table }: TableView, column: Column, findings: FindingList): void {
  const first = new Map<string, number>();
  for (let row = 0; row < table.rows; row += 1) {
    if (table.kinds[row * table.columns + column.index] !== CellKind.text) continue;
    const text = cellText(table, row, column.index);
    if (!first.has(text)) first.set(text, row);
  }
  const texts = [...first.keys()];
  const isClinical = wordsOf(column.name).some((word) =>
    [
      'icd',
      'icd10',
      'opcs',
      'snomed',
      'code',
      'codes',
      'term',
      'diagnosis',
      'dmd',
      'ctv3',
      'read',
      'bnf',
    ].includes(word),
  );
  const like = (pattern: RegExp): boolean =>
    texts.length > 1 &&
    !isClinical &&
    texts.filter((text) => pattern.test(text)).length >= texts.length * 0.8;
  const isPractice = like(practiceCode) || like(networkCode) || like(postcode);
  for (const text of texts) {
    if (areaCode.test(text) || nameOfPlace.test(text) || (isPractice && /\d/.test(text))) {
      findings.add('forbidden-geography', () => ({
        message: `“${text}” identifies a practice or a place.`,
        place: placeOfCell(table, first.get(text) ?? 0, column.index),
      }));
    }
  }
}
