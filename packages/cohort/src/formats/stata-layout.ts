/**
 * What the writer and the reader of Stata's `.dta` files both know (Stata's `help dta`, releases 117, 118 and 119: an
 * outer layer of XML-like marks around binary fields).
 */
export const MARK = '<stata_dta><header><release>';

/** The sections whose offsets the map gives, in order; the map starts with the file itself and ends with its end. */
export const SECTIONS = [
  'stata_dta',
  'map',
  'variable_types',
  'varnames',
  'sortlist',
  'formats',
  'value_label_names',
  'variable_labels',
  'characteristics',
  'data',
  'strls',
  'value_labels',
] as const;

/** Widths in bytes that differ between releases. */
export interface ReleaseLayout {
  readonly variableCount: 2 | 4;
  readonly rowCount: 4 | 8;
  /** Of the length before the file's label. */
  readonly labelLength: 1 | 2;
  readonly name: number;
  readonly format: number;
  readonly label: number;
  /** Of a long string's reference in the data: variable and observation. */
  readonly reference: readonly [variable: number, observation: number];
  /** Of the observation in the long string's own record. */
  readonly stringObservation: 4 | 8;
  readonly encoding: 'utf8' | 'latin1';
}

const release118: ReleaseLayout = {
  variableCount: 2,
  rowCount: 8,
  labelLength: 2,
  name: 129,
  format: 57,
  label: 321,
  reference: [2, 6],
  stringObservation: 8,
  encoding: 'utf8',
};

/** What is written. */
export const WRITTEN_RELEASE = 118;
export const writtenLayout: ReleaseLayout = release118;

export const releases: Readonly<Record<number, ReleaseLayout>> = {
  117: {
    variableCount: 2,
    rowCount: 4,
    labelLength: 1,
    name: 33,
    format: 49,
    label: 81,
    reference: [4, 4],
    stringObservation: 4,
    encoding: 'latin1',
  },
  118: release118,
  119: { ...release118, variableCount: 4, reference: [3, 5] },
};

/** Type codes; 1 to 2045 is a string of that many bytes. */
export const storage = {
  string: 32_768,
  double: 65_526,
  float: 65_527,
  long: 65_528,
  int: 65_529,
  byte: 65_530,
} as const;

export const LONGEST_FIXED_STRING = 2045;

/** Bytes of a value in its row, or null for a code that is no type. */
export function widthOf(
  type: number,
  reference: readonly [variable: number, observation: number],
): number | null {
  if (type >= 1 && type <= LONGEST_FIXED_STRING) return type;
  switch (type) {
    case storage.string:
      return reference[0] + reference[1];
    case storage.double:
      return 8;
    case storage.float:
    case storage.long:
      return 4;
    case storage.int:
      return 2;
    case storage.byte:
      return 1;
    default:
      return null;
  }
}

export const MOST_VARIABLES = 32_767;

/** Least and greatest values of each whole-number type; above them stand 27 kinds of missing. */
export const wholeRange = {
  byte: [-127, 100],
  int: [-32_767, 32_740],
  long: [-2_147_483_647, 2_147_483_620],
} as const;

/** The plain missing value `.` of a whole number. */
export const MISSING_LONG = 2_147_483_621;

/** The greatest number a double holds; all above are kinds of missing, the plain one being 2^1023. */
export const GREATEST_DOUBLE = 8.988465674311579e307;
export const MISSING_DOUBLE: number = 2 ** 1023;
export const GREATEST_FLOAT: number = 1.7014117331926443e38;

/** 1960-01-01, Stata's day 0, as days since 1970. */
export const STATA_EPOCH = -3653;

/**
 * 1677-09-22 and 2252-04-10: the days that pandas can read from a Stata file. Later ones it cannot, though it has
 * timestamps for ten more years, because it counts nanoseconds from 1960 on the way.
 */
export const FIRST_STATA_DAY = -106_751;
export const LAST_STATA_DAY = 103_098;
