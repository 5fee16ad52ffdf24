/** What the owner of the data decides: one table of settings, which gives the schema, the defaults and the docs. */
import { level4FileTypes } from '@vitrine/pipeline';
import { z } from 'zod';

/** The settings of disclosure control. */
export interface DisclosureSettings {
  /** Largest number of people that may not be described. */
  readonly threshold: number;
  /** What counts are rounded to the nearest multiple of. */
  readonly rounding: number;
  readonly allowMidpoint6: boolean;
  readonly maximumRows: number;
  readonly maximumColumns: number;
  /** Bytes of a file as it lies there. */
  readonly maximumBytes: number;
  /** Bytes of a compressed file or picture, unpacked. */
  readonly maximumExpandedBytes: number;
  /** Extensions without the dot, in small letters. */
  readonly fileTypes: readonly string[];
  /** Rows from which a table without a key counts as one row per patient. */
  readonly patientRows: number;
  /** Marks of an SVG figure from which it counts as crowded. */
  readonly crowdedMarks: number;
  /** Additional names of columns that identify places. */
  readonly forbiddenColumns: readonly string[];
  /** Findings of one rule that are told one by one for one file; further ones are only counted. */
  readonly findingsPerRule: number;
}

interface SettingRow<T> {
  readonly summary: string;
  readonly default: T;
  readonly schema: z.ZodType<T>;
}

const MEBIBYTE = 1024 ** 2;
const whole = z.int().nonnegative();

/** Every setting there is. */
export const disclosureSettingsTable: {
  readonly [K in keyof DisclosureSettings]: SettingRow<DisclosureSettings[K]>;
} = {
  threshold: {
    summary: 'Counts from 1 to this number may not leave.',
    default: 7,
    schema: whole.max(1000),
  },
  rounding: {
    summary: 'Counts have to be multiples of this number.',
    default: 5,
    schema: z.int().min(1).max(1000),
  },
  allowMidpoint6: {
    summary: 'Whether midpoint-6 rounding (0, 3, 9, 15 …) is accepted too.',
    default: true,
    schema: z.boolean(),
  },
  maximumRows: {
    summary: 'Rows that a table may have.',
    default: 5000,
    schema: z.int().positive(),
  },
  maximumColumns: {
    summary: 'Columns that a table may have to be checked at all.',
    default: 2000,
    schema: z.int().positive(),
  },
  maximumBytes: {
    summary: 'Bytes that a file may have.',
    default: 16 * MEBIBYTE,
    schema: z.int().positive(),
  },
  maximumExpandedBytes: {
    summary: 'Bytes that a compressed file or a picture may have unpacked.',
    default: 128 * MEBIBYTE,
    schema: z
      .int()
      .positive()
      .max(1024 * MEBIBYTE),
  },
  fileTypes: {
    summary: 'Types of file that may leave.',
    default: [...level4FileTypes, 'csv.gz'],
    schema: z.array(z.string().regex(/^[a-z0-9]+(?:\.gz)?$/)),
  },
  patientRows: {
    summary:
      'Rows from which a table whose rows nothing tells apart counts as one row per patient.',
    default: 8,
    schema: z.int().min(2),
  },
  crowdedMarks: {
    summary: 'Marks from which an SVG figure counts as crowded.',
    default: 500,
    schema: z.int().positive(),
  },
  forbiddenColumns: {
    summary: 'Further names of columns that identify practices or places.',
    default: [],
    schema: z.array(z.string().min(1)),
  },
  findingsPerRule: {
    summary: 'Findings of one rule that are told singly for one file.',
    default: 100,
    schema: z.int().positive(),
  },
};

const entries = Object.entries(disclosureSettingsTable);

/** The settings of the platform's documentation. */
export const DISCLOSURE_SETTINGS: DisclosureSettings = Object.freeze(
  Object.fromEntries(entries.map(([key, row]) => [key, row.default])),
) as unknown as DisclosureSettings;

/** The owner's configuration: any of the settings, unknown ones refused; the rest as documented. */
export const disclosureSettingsSchema: z.ZodType<DisclosureSettings> = z
  .strictObject(
    Object.fromEntries(entries.map(([key, row]) => [key, (row.schema as z.ZodType).optional()])),
  )
  .transform((given) => ({ ...DISCLOSURE_SETTINGS, ...given }) as DisclosureSettings);
