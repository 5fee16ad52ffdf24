import {
  longStringKey,
  readValueLabels,
  type StataContents,
  type ValueLabels,
  variablesOf,
} from './stata-contents.ts';
import { type FieldReader, Malformed, times } from './stata-fields.ts';
import { MARK, type ReleaseLayout, releases, SECTIONS, widthOf } from './stata-layout.ts';

/** Reads a file of release 117, 118 or 119: binary fields between marks. Null for another release. */
export function readMarked(reader: FieldReader): StataContents | null {
  reader.expect(MARK);
  const layout = releases[Number(reader.text(3))];
  if (layout === undefined) return null;
  reader.encoding = layout.encoding;
  reader.expect('</release><byteorder>');
  reader.littleEndian = reader.text(3) === 'LSF';
  reader.expect('</byteorder><K>');
  const count = reader.unsigned(layout.variableCount);
  reader.expect('</K><N>');
  const rows = reader.unsigned(layout.rowCount);
  reader.expect('</N><label>');
  reader.skip(reader.unsigned(layout.labelLength));
  reader.expect('</label><timestamp>');
  reader.skip(reader.unsigned(1));
  reader.expect('</timestamp></header>');
  section(reader, 'map', () => reader.skip((SECTIONS.length + 2) * 8));

  const read = <T>(name: string, field: () => T): T[] =>
    section(reader, name, () => times(count, field));
  const types = read('variable_types', () => reader.unsigned(2));
  const names = read('varnames', () => reader.text(layout.name));
  section(reader, 'sortlist', () => reader.skip((count + 1) * layout.variableCount));
  const formats = read('formats', () => reader.text(layout.format));
  const labels = read('value_label_names', () => reader.text(layout.name));
  section(reader, 'variable_labels', () => reader.skip(count * layout.label));
  section(reader, 'characteristics', () => {
    while (reader.startsWith('<ch>')) {
      section(reader, 'ch', () => reader.skip(reader.unsigned(4)));
    }
  });
  const widths = types.map((type) => {
    const width = widthOf(type, layout.reference);
    if (width === null) throw new Malformed(`it has a column of the unknown type ${type}`);
    return width;
  });
  const rowWidth = widths.reduce((sum, width) => sum + width, 0);
  return {
    rows,
    variables: variablesOf(names, types, formats, labels),
    rowWidth,
    data: section(reader, 'data', () => reader.skip(rows * rowWidth)),
    longStrings: section(reader, 'strls', () => readLongStrings(reader, layout)),
    reference: layout.reference,
    valueLabels: section(reader, 'value_labels', () => {
      const tables = new Map<string, ValueLabels>();
      while (reader.startsWith('<lbl>')) {
        const [name, table] = section(reader, 'lbl', () => {
          reader.skip(4);
          return readValueLabels(reader, layout.name);
        });
        tables.set(name, table);
      }
      return tables;
    }),
  };
}

function section<T>(reader: FieldReader, name: string, read: () => T): T {
  reader.expect(`<${name}>`);
  const content = read();
  reader.expect(`</${name}>`);
  return content;
}

function readLongStrings(reader: FieldReader, layout: ReleaseLayout): ReadonlyMap<string, string> {
  const strings = new Map<string, string>();
  while (reader.startsWith('GSO')) {
    reader.expect('GSO');
    const variable = reader.unsigned(4);
    const observation = reader.unsigned(layout.stringObservation);
    reader.skip(1);
    const length = reader.unsigned(4);
    strings.set(longStringKey(variable, observation), reader.text(length));
  }
  return strings;
}
