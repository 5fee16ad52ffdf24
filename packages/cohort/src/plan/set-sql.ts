/** Tables that statements look things up in: elements of sets, codes with marks, limits by date. */

import { BITS, type Dialect } from '../dialect/dialect.ts';
import type { TextSet, ValueType } from '../model/model.ts';
import { lowerCase } from '../oracle/texts.ts';
import type { TableLoad } from './compile.ts';
import type { Graph } from './graph.ts';
import type { ScanTables } from './scan-sql.ts';
import type { SetTables } from './value-sql.ts';

export interface LookupTables extends SetTables, ScanTables {
  /** All tables asked for so far, as they are to be loaded. */
  loads(): readonly TableLoad[];
  /** What makes further tables of the loaded ones. */
  statements(): readonly string[];
}

export function setTables(graph: Graph, dialect: Dialect): LookupTables {
  const loads = new Map<string, TableLoad>();
  const statements = new Map<string, string>();

  const tableOf = (set: TextSet, ignoreCase: boolean): string => {
    const name = `set_${graph.id(set)}${ignoreCase ? '_caseless' : ''}`;
    if (loads.has(name) || statements.has(name)) return name;
    const loaded = set.expandVirtualProducts ? `${name}_own` : name;
    loads.set(loaded, {
      table: loaded,
      columns: [
        { name: 'element', type: 'str' },
        { name: 'category', type: 'str' },
      ],
      rows: elementsOf(set, ignoreCase && !set.expandVirtualProducts),
    });
    if (set.expandVirtualProducts) {
      statements.set(name, dialect.createTable(name, expanded(loaded, ignoreCase, dialect)));
    }
    return name;
  };
  const codes = (sets: readonly TextSet[], ignoreCase: boolean): string => {
    const name = `codes_${graph.id([...sets])}${ignoreCase ? '_caseless' : ''}`;
    const parts = sets.map((set, index) => {
      const marks = `${Math.floor(index / BITS)} AS number, ${dialect.literal(2 ** (index % BITS), 'int')} AS mark`;
      return `SELECT element, ${marks} FROM ${dialect.ownTable(tableOf(set, ignoreCase))}`;
    });
    const marks = Array.from({ length: Math.ceil(sets.length / BITS) }, (_, number) => {
      const sum = dialect.aggregate('sum', 'int', 's.mark', `s.number = ${number}`);
      return `${sum} AS m${number}`;
    });
    statements.set(
      name,
      dialect.createTable(
        name,
        // No doubles are summed up, also where a database takes two elements of a set for the same: each bit counts once.
        `SELECT element, ${marks.join(', ')} FROM (${parts.join(' UNION ')}) s GROUP BY element`,
      ),
    );
    return name;
  };
  const bound: ScanTables['bound'] = ({ first, numbers }, type: ValueType) => {
    const name = `limits_${graph.id([type, first, ...numbers])}`;
    loads.set(name, {
      table: name,
      columns: [
        { name: 'value', type },
        { name: 'number', type: 'int' },
      ],
      rows: numbers.map((number, index) => [first + index, number]),
    });
    return name;
  };
  return {
    tableOf,
    codes,
    bound,
    loads: () => [...loads.values()],
    statements: () => [...statements.values()],
  };
}

/** Each element once; where several differ in case alone, with the smallest category. */
function elementsOf(
  set: TextSet,
  ignoreCase: boolean,
): readonly (readonly [string, string | null])[] {
  const found = new Map<string, string | null>();
  for (const [index, written] of set.elements.entries()) {
    const element = ignoreCase ? lowerCase(written) : written;
    const category = set.categories?.[index] ?? null;
    const known = found.get(element);
    const smaller =
      known === undefined ||
      known === null ||
      (category !== null && Buffer.compare(Buffer.from(category), Buffer.from(known)) < 0);
    if (smaller) found.set(element, category);
  }
  return [...found];
}

/** A set and the identifiers that its products had before or have now. */
function expanded(table: string, ignoreCase: boolean, dialect: Dialect): string {
  const own = dialect.ownTable(table);
  const mapping = dialect.sourceTable('VmpMapping', { id: 'str', prev_id: 'str' });
  const lower = (text: string): string => dialect.operation('lower-case', 'str', [text]);
  const element = ignoreCase ? lower('a.element') : 'a.element';
  const [id, previous] = ['m.id', 'm.prev_id'];
  const step = (from: string, to: string): string =>
    `SELECT ${to} AS element, s.category FROM ${mapping} m JOIN ${own} s ON ${lower('s.element')} = ${lower(from)} WHERE m.id IS NOT NULL AND m.prev_id IS NOT NULL`;
  return `SELECT ${element} AS element, min(a.category) AS category FROM (
  SELECT element, category FROM ${own}
  UNION ALL
  SELECT n.element, n.category FROM (${step(id, previous)} UNION ALL ${step(previous, id)}) n
  WHERE ${lower('n.element')} NOT IN (SELECT ${lower('element')} FROM ${own})
) a GROUP BY ${element}`;
}
