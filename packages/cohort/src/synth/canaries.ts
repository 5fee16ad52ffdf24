/**
 * Marks that stand in every synthetic database and nowhere else. They are looked for in whatever leaves a secure
 * environment: logs, messages, pages, the server's database. Where one is found outside patient-level files and the tables
 * made from them, something has leaked.
 */

/** The patients who carry the other canaries; a small database has the first few of them. They fit 32 bits. */
export const canaryPatientIds: readonly number[] = Array.from(
  { length: 10 },
  (_, index) => 1_903_847_560 + index,
);

/** Occurs in every canary text. */
export const CANARY_MARK = 'QX7CANARY';

/** Area where the canary patients live (`MSOACode` of their addresses). */
export const CANARY_AREA: string = `E02${CANARY_MARK}`;

/** Drug that a hospital gave to them (`HighCostDrugs.DrugName`). */
export const CANARY_DRUG: string = `drug ${CANARY_MARK}`;

/** Value of their weight in both tables of coded events; plausible as a weight and found nowhere else. */
export const CANARY_VALUE = 71.903847561;

/** Every canary as the text that a search looks for. */
export const canaries: readonly string[] = [
  ...canaryPatientIds.map(String),
  CANARY_MARK,
  String(CANARY_VALUE),
];
