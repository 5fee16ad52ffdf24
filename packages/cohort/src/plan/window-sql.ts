/**
 * From rows that count on a stretch of dates to values by date.
 *
 * Rows of a patient that enter and leave together become one cell first; cells are few. What then happens hangs on the
 * shape of the window: see `WindowShape`.
 */
import type { Dialect } from '../dialect/dialect.ts';
import type { PlannedLeaf, PlannedWindow } from './plan.ts';
import { PATIENT } from './rows-sql.ts';
import { pickSql, type Reading } from './scan-sql.ts';

interface WindowGroup {
  readonly group: PlannedWindow;
  readonly leaves: readonly PlannedLeaf[];
  readonly reading: Reading;
  /** The reading's rows, as `b`. */
  readonly from: string;
  readonly window: { readonly enter: string; readonly exit: string };
  readonly where: string;
}

/** A column of cells: how it is made of rows, and of cells. */
interface Part {
  readonly column: string;
  readonly ofRows: string;
  /** Over cells `c`; with `over`, over a window of them. */
  merged(over?: string): string;
}

interface LeafParts {
  readonly parts: readonly Part[];
  /** The leaf's value, when every part was made. */
  value(part: (part: Part) => string): string;
}

/** Makes the table `group.name`: patient, `since`, perhaps `until`, and a column for each leaf. */
export function windowStatements(
  { group, leaves, reading, from, window, where }: WindowGroup,
  dialect: Dialect,
): readonly string[] {
  const patient = dialect.identifier(PATIENT);
  const parted = leaves.map((leaf) => ({
    column: leaf.place.column,
    ...partsOf(leaf, reading, dialect),
  }));
  const parts = parted.flatMap((leaf) => leaf.parts);
  const ofRows = parts.map(({ ofRows, column }) => `${ofRows} AS ${column}`);
  const and = (condition: string): string =>
    where === ''
      ? `\nWHERE ${condition}`
      : `${where.replace('WHERE ', 'WHERE (')}) AND ${condition}`;
  const values = (part: (part: Part) => string): string[] =>
    parted.map(({ column, value }) => `${value(part)} AS ${column}`);
  const cells = `${group.name}_cells`;
  const cellTable = dialect.ownTable(cells);
  const { stretch } = reading;
  const present = and(`${window.enter} <= ${window.exit}`);
  /** What cells of a patient are kept apart by. */
  const apart = stretch === null ? [] : ['within'];
  const ofStretch: Readonly<Record<string, string>> =
    stretch === null ? {} : { within: stretch.since, before: stretch.until };
  const cellsBy = (by: Readonly<Record<string, string>>, condition: string): string =>
    [
      `SELECT b.${patient}, ${[...Object.entries(by).map(([name, number]) => `${number} AS ${name}`), ...ofRows].join(',\n  ')}`,
      `FROM ${from}${condition}`,
      `GROUP BY ${[`b.${patient}`, ...Object.values(by)].join(', ')}`,
    ].join('\n');

  switch (group.shape) {
    case 'single':
    case 'narrow': {
      const repeated = and(`${window.enter} + o.number <= ${window.exit}`).replace(
        '\nWHERE',
        ' CROSS JOIN (SELECT 0 AS number UNION ALL SELECT 1 UNION ALL SELECT 2) o\nWHERE',
      );
      const query =
        group.shape === 'single'
          ? cellsBy({ n0: window.enter }, present)
          : cellsBy({ n0: `${window.enter} + o.number` }, repeated);
      return [
        dialect.createTable(
          group.name,
          `SELECT c.${patient}, c.n0 AS since, ${values(({ column }) => `c.${column}`).join(', ')}\nFROM (${query}) c`,
          ['c.n0', `c.${patient}`],
        ),
      ];
    }
    case 'rising':
    case 'falling': {
      const rising = group.shape === 'rising';
      const partition = [patient, ...apart].map((column) => `c.${column}`).join(', ');
      const order = `PARTITION BY ${partition} ORDER BY c.n0 ${rising ? 'ASC' : 'DESC'}`;
      const running = `${order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`;
      const next = `lead(c.n0) OVER (${order})`;
      const [start, end] = stretch === null ? ['0', '2147483647'] : ['c.within', 'c.before'];
      const ends = rising
        ? `c.n0 AS since, coalesce(${next}, ${end}) AS until`
        : `coalesce(${next} + 1, ${start}) AS since, c.n0 + 1 AS until`;
      const by = { ...ofStretch, n0: rising ? window.enter : window.exit };
      return [
        dialect.createTable(
          group.name,
          `SELECT c.${patient}, ${ends}, ${values((part) => part.merged(running)).join(',\n  ')}\nFROM (${cellsBy(by, stretch === null ? where : present)}) c`,
        ),
      ];
    }
    case 'wide': {
      const key = [patient, ...apart];
      const of = (alias: string): string => key.map((column) => `${alias}.${column}`).join(', ');
      const same = key.map((column) => `c.${column} = s.${column}`).join(' AND ');
      const stretches = `SELECT ${key.join(', ')}, n AS since, lead(n) OVER (PARTITION BY ${key.join(', ')} ORDER BY n) AS until
  FROM (SELECT ${key.join(', ')}, n0 AS n FROM ${cellTable} UNION SELECT ${key.join(', ')}, n1 + 1 FROM ${cellTable}) ends`;
      const by = {
        ...(stretch === null ? {} : { within: stretch.since }),
        n0: window.enter,
        n1: window.exit,
      };
      return [
        dialect.createTable(cells, cellsBy(by, present)),
        dialect.createTable(
          group.name,
          `SELECT s.${patient}, s.since, s.until, ${values((part) => part.merged()).join(',\n  ')}
FROM (${stretches}) s JOIN ${cellTable} c ON ${same} AND c.n0 <= s.since AND c.n1 >= s.since
WHERE s.until IS NOT NULL
GROUP BY ${of('s')}, s.since, s.until`,
        ),
        dialect.dropTable(cells),
      ];
    }
  }
}

function partsOf(
  { leaf, place, ...planned }: PlannedLeaf,
  reading: Reading,
  dialect: Dialect,
): LeafParts {
  const flag = reading.flag({ leaf, place, ...planned });
  const column = place.column;
  if (leaf.kind === 'first') {
    const part: Part = {
      column,
      ofRows: pickSql(leaf, flag, reading, dialect),
      merged: (over) => dialect.mergePicks(`c.${column}`, over),
    };
    return { parts: [part], value: (made) => dialect.taken(made(part), leaf.type) };
  }
  const of = leaf.of === null ? null : reading.value(leaf.of);
  const { type } = leaf;
  switch (leaf.function) {
    case 'exists': {
      const part: Part = {
        column,
        ofRows: dialect.aggregate('count', 'int', null, flag),
        merged: (over) => dialect.aggregate('maximum', 'int', `c.${column}`, null, over),
      };
      return { parts: [part], value: (made) => dialect.conditionValue(`(${made(part)} > 0)`) };
    }
    case 'count': {
      const part: Part = {
        column,
        ofRows: dialect.aggregate('count', 'int', null, flag),
        merged: (over) => dialect.aggregate('sum', 'int', `c.${column}`, null, over),
      };
      return { parts: [part], value: (made) => made(part) };
    }
    case 'sum':
    case 'minimum':
    case 'maximum': {
      const name = leaf.function;
      const part: Part = {
        column,
        ofRows: dialect.aggregate(name, type, of, flag),
        merged: (over) => dialect.aggregate(name, type, `c.${column}`, null, over),
      };
      return { parts: [part], value: (made) => made(part) };
    }
    case 'mean': {
      const float = dialect.operation('to-float', 'float', [of ?? 'NULL']);
      const known = `${of ?? 'NULL'} IS NOT NULL`;
      const both = flag === null ? known : `${flag} AND ${known}`;
      const sum: Part = {
        column,
        ofRows: dialect.aggregate('sum', 'float', float, flag),
        merged: (over) => dialect.aggregate('sum', 'float', `c.${column}`, null, over),
      };
      const count: Part = {
        column: `${column}_count`,
        ofRows: dialect.aggregate('count', 'int', null, both),
        merged: (over) => dialect.aggregate('sum', 'int', `c.${column}_count`, null, over),
      };
      return {
        parts: [sum, count],
        value: (made) => dialect.operation('divide', 'float', [made(sum), made(count)]),
      };
    }
  }
}
