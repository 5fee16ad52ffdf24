import {
  readValueLabels,
  type StataContents,
  type ValueLabels,
  variablesOf,
} from './stata-contents.ts';
import { type FieldReader, Malformed, times } from './stata-fields.ts';
import { storage, widthOf } from './stata-layout.ts';

/** Releases 114 and 115: what pandas writes unless told otherwise, and Stata 10 to 12. */
const RELEASES = [114, 115];

const NAME = 33;
const FORMAT = 49;
const VARIABLE_LABEL = 81;
const FILE_LABEL = 81;
const TIME_STAMP = 18;

/** Types above the widths of strings, which end at 244, in the order of their codes from 251. */
const TYPES = [storage.byte, storage.int, storage.long, storage.float, storage.double];
const FIRST_TYPE = 251;
const LONGEST_STRING = 244;

/** Reads a file of one of these releases: fields one behind the other, in Latin-1. Null for another release. */
export function readPlain(reader: FieldReader): StataContents | null {
  if (!RELEASES.includes(reader.unsigned(1))) return null;
  reader.encoding = 'latin1';
  reader.littleEndian = reader.unsigned(1) === 2;
  reader.skip(2);
  const count = reader.unsigned(2);
  const rows = reader.unsigned(4);
  reader.skip(FILE_LABEL + TIME_STAMP);
  const types = times(count, () => typeOf(reader.unsigned(1)));
  const names = times(count, () => reader.text(NAME));
  reader.skip((count + 1) * 2);
  const formats = times(count, () => reader.text(FORMAT));
  const labels = times(count, () => reader.text(NAME));
  reader.skip(count * VARIABLE_LABEL);
  for (let more = true; more; ) {
    const kind = reader.unsigned(1);
    const length = reader.unsigned(4);
    reader.skip(length);
    more = kind !== 0 || length !== 0;
  }
  const rowWidth = types.reduce((sum, type) => sum + (widthOf(type, [0, 0]) ?? 0), 0);
  const data = reader.skip(rows * rowWidth);
  const valueLabels = new Map<string, ValueLabels>();
  while (reader.at < reader.bytes.length) {
    reader.skip(4);
    const [name, table] = readValueLabels(reader, NAME);
    valueLabels.set(name, table);
  }
  return {
    rows,
    variables: variablesOf(names, types, formats, labels),
    rowWidth,
    data,
    longStrings: new Map(),
    reference: [0, 0],
    valueLabels,
  };
}

function typeOf(code: number): number {
  const type = code >= 1 && code <= LONGEST_STRING ? code : TYPES[code - FIRST_TYPE];
  if (type === undefined) throw new Malformed(`it has a column of the unknown type ${code}`);
  return type;
}
