/** One reading of rows, and what is made of it for each leaf: values, or values by date. */

import { BITS, type Dialect } from '../dialect/dialect.ts';
import type { InSetValue, RowValue, TextSet, ValueType } from '../model/model.ts';
import { operandsOf } from '../model/operands.ts';
import { typeOf } from '../model/signatures.ts';
import type { Graph, Leaf } from './graph.ts';
import { hullOf } from './hull.ts';
import type { PlannedLeaf, Scan } from './plan.ts';
import { PATIENT, type RowsScope, rowParts } from './rows-sql.ts';
import { conditionSql, isInline, type Scope, valueSql } from './value-sql.ts';
import { type Bound, type BoundTable, enterTable, exitTable } from './window.ts';
import { windowStatements } from './window-sql.ts';

/** Tables that a scan is joined with, which are made before. */
export interface ScanTables {
  /**
   * A table with `element`, in lower case where case does not matter, and whole numbers `m0`, `m1`, … whose bits say which
   * sets it is of: `BITS` sets each, from the lowest bit on.
   */
  codes(sets: readonly TextSet[], ignoreCase: boolean): string;
  /** A table with `value` and `number`. */
  bound(table: BoundTable, type: ValueType): string;
}

/**
 * Leaves that may be worked out while the rows are read. For more, the rows that may count are kept first, as they are: a
 * database works block by block, and the few rows that are left of a block cost each comparison and each aggregate nearly
 * as much as a full one (15 leaves over 4 % of 100 million rows: 2.1 s, where rows kept with all comparisons took 2.9 s).
 */
const MOST_AT_ONCE = 3;

/** Statements that make the tables of a scan. */
export function scanStatements(
  scan: Scan,
  scope: RowsScope,
  tables: ScanTables,
): readonly string[] {
  const { dialect } = scope;
  const reading = readingOf(scan, scope, tables);
  const own = scan.leaves.filter(({ place }) => place.table === scan.name);
  const groups = scan.windows.filter(({ name }) =>
    scan.leaves.some(({ place }) => place.table === name),
  );
  const count = groups.length + (own.length > 0 ? 1 : 0);
  const rows = `${scan.name}_rows`;
  const table = dialect.ownTable(rows);
  const isMuch = scan.leaves.length > MOST_AT_ONCE;
  const choice = count === 1 && isMuch ? reading.choice : null;
  const query = reading.query(choice === null ? reading.source : table);
  const isKept = choice === null && (count > 1 || (isMuch && reading.isFiltered));
  const from = isKept ? `${table} b` : `(${query}) b`;
  const kept = isKept ? query : choice;
  const statements = kept === null ? [] : [dialect.createTable(rows, kept)];
  if (own.length > 0) {
    const items = own.map((planned) => {
      const flag = reading.flag(planned);
      const { kind } = planned.place;
      const value =
        kind === 'since' || kind === 'until'
          ? dialect.aggregate(
              kind === 'since' ? 'minimum' : 'maximum',
              'int',
              reading.window(planned.window ?? 0)[kind === 'since' ? 'enter' : 'exit'],
              flag,
            )
          : leafSql(planned.leaf, flag, reading, dialect);
      return `${value} AS ${planned.place.column}`;
    });
    const patient = `b.${dialect.identifier(PATIENT)}`;
    statements.push(
      dialect.createTable(
        scan.name,
        `SELECT ${[patient, ...items].join(',\n  ')}\nFROM ${from}${anyOf(own, reading)}\nGROUP BY ${patient}`,
      ),
    );
  }
  for (const group of groups) {
    const leaves = scan.leaves.filter(({ place }) => place.table === group.name);
    const window = reading.window(scan.windows.indexOf(group));
    statements.push(
      ...windowStatements(
        { group, leaves, reading, from, window, where: anyOf(leaves, reading) },
        dialect,
      ),
    );
  }
  return kept === null ? statements : [...statements, dialect.dropTable(rows)];
}

/** What a reading offers to those that group it; all as SQL over its rows `b`. */
export interface Reading {
  /** FROM item of all rows that may count, without its alias. */
  readonly source: string;
  /** Query for the rows of `source` that may count, by what can be said of them without a join; null for nothing. */
  readonly choice: string | null;
  /** The reading over `source`, or over a table of the choice. */
  query(source: string): string;
  /** Whether it leaves rows out. */
  readonly isFiltered: boolean;
  /** Condition under which a row counts for the leaf; null if all rows do. */
  flag(leaf: PlannedLeaf): string | null;
  value(value: RowValue): string;
  window(index: number): { readonly enter: string; readonly exit: string };
  /** Columns of the stretch that a row counts on, where it counts on each by itself. */
  readonly stretch: { readonly since: string; readonly until: string } | null;
}

function anyOf(leaves: readonly PlannedLeaf[], reading: Reading): string {
  const flags = leaves.map(reading.flag);
  const some = flags.filter((flag) => flag !== null);
  return some.length < flags.length ? '' : `\nWHERE ${[...new Set(some)].join(' OR ')}`;
}

function readingOf(scan: Scan, scope: RowsScope, tables: ScanTables): Reading {
  const { dialect, graph } = scope;
  const among = scope.among(scan.readFor);
  const needed = scan.leaves.flatMap(({ leaf }) => valuesOf(leaf));
  const bounds = scan.windows.flatMap(({ window }) => [...window.enter, ...window.exit]);
  const all = [
    ...needed,
    ...scan.leaves.flatMap(({ conditions }) => conditions),
    ...bounds.map(({ value }) => value),
  ];
  const { source, patients, row } = rowParts(
    scan.source,
    all,
    scope,
    scan.byStretch ? scope.stretchedValues : scope.patientValues,
  );
  const patient = dialect.identifier(PATIENT);
  const joins: string[] = [];
  const codes = joinCodes(scan, row, graph, tables, joins);
  const only: readonly OnlyRows[] = [
    ...(among === null ? [] : [{ column: PATIENT, ignoreCase: false, table: among, key: PATIENT }]),
    ...codes.rows,
  ];
  const holds = (condition: RowValue): string =>
    codes.member(condition) ?? conditionSql(condition, row);

  const items = [`r.${patient}`];
  const item = (sql: string, name: string): string => {
    items.push(`${sql} AS ${name}`);
    return `b.${name}`;
  };
  const common = commonConditions(scan.leaves, graph);
  const flags = new Map<string, string>();
  const conditions: string[] = [];
  const keyOf = ({ conditions }: PlannedLeaf): string =>
    [...restOf(conditions, common, graph).map(graph.id)].join();
  for (const leaf of scan.leaves) {
    const rest = restOf(leaf.conditions, common, graph);
    const key = keyOf(leaf);
    if (rest.length === 0 || flags.has(key)) continue;
    const condition = rest.map(holds).join(' AND ');
    conditions.push(`(${condition})`);
    flags.set(key, item(dialect.conditionValue(`(${condition})`), `f${flags.size}`));
  }
  const values = new Map<number, string>();
  for (const value of needed) {
    if (values.has(graph.id(value))) continue;
    values.set(graph.id(value), item(valueSql(value, row), `x${values.size}`));
  }
  const numberSql = (bound: Bound, table: BoundTable): string => {
    const alias = `d${joins.length}`;
    const limit = (value: number): string => dialect.literal(value, bound.type);
    const value = dialect.operation('least', bound.type, [
      dialect.operation('greatest', bound.type, [valueSql(bound.value, row), limit(table.first)]),
      limit(table.first + table.numbers.length - 1),
    ]);
    const name = dialect.ownTable(tables.bound(table, bound.type));
    joins.push(`LEFT JOIN ${name} ${alias} ON ${alias}.value = ${value}`);
    return `${alias}.number`;
  };
  const windows = scan.windows.map(({ window }, index) => {
    const enter = window.enter.map((bound) => numberSql(bound, enterTable(bound)));
    const exit = window.exit.map((bound) => numberSql(bound, exitTable(bound)));
    if (scan.byStretch) {
      enter.push('p.since');
      exit.push('p.until - 1');
    }
    const number = (numbers: string[], how: 'least' | 'greatest', name: string): string =>
      numbers.length === 0
        ? 'NULL'
        : item(
            numbers.length === 1 ? (numbers[0] ?? '') : dialect.operation(how, 'int', numbers),
            name,
          );
    return {
      enter: number(enter, 'greatest', `e${index}`),
      exit: number(exit, 'least', `q${index}`),
    };
  });
  const stretch = scan.byStretch
    ? { since: item('p.since', 'within'), until: item('p.until', 'before') }
    : null;
  const unconditional = scan.leaves.some(
    (leaf) => restOf(leaf.conditions, common, graph).length === 0,
  );
  const shared = [...hullOf(scan, graph, row.day), ...common];
  const where = [
    ...new Set(shared.map(holds)),
    ...(unconditional ? [] : [`(${conditions.join(' OR ')})`]),
  ];
  const ofRowAlone = shared.filter(
    (value) => codes.member(value) === null && graph.patientValuesIn(value).length === 0,
  );
  const chosen = [
    ...only.map((rows) => onlySql(rows, dialect)),
    ...new Set(ofRowAlone.map((value) => conditionSql(value, row))),
  ];
  const columns = [...new Set([PATIENT, ...all.flatMap(columnsIn)])]
    .map((column) => `r.${dialect.identifier(column)}`)
    .join(', ');
  const choice =
    chosen.length === 0 ? null : `SELECT ${columns} FROM ${source} r WHERE ${chosen.join(' AND ')}`;
  return {
    // Without patients to choose from, the join of codes leaves out as much.
    source: among === null ? source : `(${choice})`,
    choice,
    query: (rows) =>
      [
        `SELECT ${items.join(', ')}`,
        `FROM ${rows} r${patients}`,
        ...joins,
        ...(where.length === 0 ? [] : [`WHERE ${where.join(' AND ')}`]),
      ].join('\n'),
    isFiltered: where.length > 0 || joins.length > 0 || among !== null,
    flag: (leaf) => {
      const flag = flags.get(keyOf(leaf));
      return flag === undefined ? null : dialect.valueCondition(flag);
    },
    value: (value) => values.get(graph.id(value)) ?? 'NULL',
    window: (index) => windows[index] ?? { enter: 'NULL', exit: 'NULL' },
    stretch,
  };
}

/** Rows of which a column occurs in a column of a table of the plan. */
interface OnlyRows {
  readonly column: string;
  /** Whether its texts are compared in lower case. */
  readonly ignoreCase: boolean;
  readonly table: string;
  readonly key: string;
}

/**
 * Condition: whether a row is one of them. What is left out before anything else is looked up costs nothing more: for a tenth of
 * the patients of 100 million events DuckDB took 2.4 s so, and 4.2 s where it joined patients last.
 */
function onlySql({ column, ignoreCase, table, key }: OnlyRows, dialect: Dialect): string {
  const name = dialect.identifier;
  const own = caseless(`r.${name(column)}`, ignoreCase, dialect);
  return `${own} IN (SELECT ${name(key)} FROM ${dialect.ownTable(table)})`;
}

function commonConditions(leaves: readonly PlannedLeaf[], graph: Graph): readonly RowValue[] {
  const [first, ...others] = leaves;
  return (first?.conditions ?? []).filter((condition) =>
    others.every(({ conditions }) => has(conditions, condition, graph)),
  );
}

function restOf(
  conditions: readonly RowValue[],
  common: readonly RowValue[],
  graph: Graph,
): readonly RowValue[] {
  return conditions.filter((condition) => !has(common, condition, graph));
}

function has(conditions: readonly RowValue[], condition: RowValue, graph: Graph): boolean {
  return conditions.some((other) => graph.id(other) === graph.id(condition));
}

/** Names of the columns that a value of a row stands on. */
function columnsIn(value: RowValue): readonly string[] {
  if (value.kind === 'column') return [value.name];
  return operandsOf(value).flatMap(([, operand]) => columnsIn(operand));
}

/** Values of a row that a leaf keeps or orders by. */
function valuesOf(leaf: Leaf): readonly RowValue[] {
  return leaf.kind === 'first'
    ? [...leaf.order.map(({ by }) => by), leaf.take]
    : leaf.of === null
      ? []
      : [leaf.of];
}

function leafSql(leaf: Leaf, flag: string | null, reading: Reading, dialect: Dialect): string {
  if (leaf.kind === 'aggregate') {
    const of = leaf.of === null ? null : reading.value(leaf.of);
    return dialect.aggregate(leaf.function, leaf.type, of, flag);
  }
  return dialect.taken(pickSql(leaf, flag, reading, dialect), leaf.type);
}

/** The row of a `first` leaf that comes first, opaque. */
export function pickSql(
  leaf: Leaf & { readonly kind: 'first' },
  flag: string | null,
  reading: Reading,
  dialect: Dialect,
): string {
  const order = leaf.order.map(({ by, direction }) => ({
    by: reading.value(by),
    type: typeOf(by),
    direction,
  }));
  return dialect.pick(order, reading.value(leaf.take), leaf.type, flag);
}

type Membership = InSetValue<RowValue>;

/**
 * Codes are looked up once a row for all leaves: the sets that one value is compared with become one table with a bit for
 * each set, and the rows are joined with it. A join pays for each column that it brings: with a column for each of 15 sets, a
 * reading of 100 million rows took 2.9 s, with their bits in one 2.1 s.
 */
function joinCodes(
  scan: Scan,
  row: Scope,
  graph: Graph,
  tables: ScanTables,
  joins: string[],
): { member(condition: RowValue): string | null; readonly rows: readonly OnlyRows[] } {
  const members = new Map<number, string>();
  const rows: OnlyRows[] = [];
  const memberships = scan.leaves.map(({ conditions }) =>
    conditions.filter((condition): condition is Membership => isMembership(condition)),
  );
  const comparedIn = ({ operand, match }: Membership): string => `${match} ${graph.id(operand)}`;
  for (const [compared, all] of Map.groupBy(memberships.flat(), comparedIn)) {
    const sets = [...new Map(all.map(({ set }) => [graph.id(set), set])).values()];
    if (sets.length === 1 && sets.every(isInline)) continue;
    const everyLeaf = memberships.every((own) => own.some((one) => comparedIn(one) === compared));
    const { operand, match } = all[0] as Membership;
    const ignoreCase = match === 'ignore-case';
    const alias = `c${joins.length}`;
    const codes = tables.codes(sets, ignoreCase);
    const value = caseless(valueSql(operand, row), ignoreCase, row.dialect);
    const table = row.dialect.ownTable(codes);
    joins.push(`${everyLeaf ? '' : 'LEFT '}JOIN ${table} ${alias} ON ${alias}.element = ${value}`);
    if (everyLeaf && operand.kind === 'column') {
      rows.push({ column: operand.name, ignoreCase, table: codes, key: 'element' });
    }
    for (const membership of all) {
      const at = sets.findIndex((set) => graph.id(set) === graph.id(membership.set));
      const marks = `${alias}.m${Math.floor(at / BITS)}`;
      members.set(graph.id(membership), row.dialect.hasBit(marks, at % BITS));
    }
  }
  return {
    rows,
    member: (condition) => members.get(graph.id(condition)) ?? null,
  };
}

function isMembership(condition: RowValue): boolean {
  return (
    condition.kind === 'in-set' &&
    (condition.match === 'exact' || condition.match === 'ignore-case') &&
    condition.set.elements.length > 0
  );
}

function caseless(text: string, ignoreCase: boolean, dialect: Dialect): string {
  return ignoreCase ? dialect.operation('lower-case', 'str', [text]) : text;
}
