import { isoOf } from '../calendar.ts';
import type { Rows } from '../model/model.ts';
import { datesOfBatch } from './batch-sql.ts';
import type { Plan, ReadFor, Scan, WindowShape } from './plan.ts';

const shapes: Readonly<Record<WindowShape, string>> = {
  rising: 'rows never cease to count: running values over the dates at which rows enter',
  falling: 'rows count from the first date on: running values backwards',
  single: 'a row counts at one date at most',
  narrow: 'a row counts at a few dates and is repeated for each',
  wide: 'values for each stretch of dates between which nothing enters or leaves',
};

/** Whose rows are read, in the order of reading. */
function readers({ model, constantSteps }: Plan): Readonly<Record<ReadFor, string>> {
  const left = constantSteps === 0 ? 'everybody' : 'all whom these conditions leave';
  const isMoving = model.population.length > constantSteps;
  return {
    everybody: 'everybody',
    candidates: left,
    members: isMoving ? 'all who may be in the population at some date' : left,
  };
}

/** A plan as text: what is read, once or for each date, and how many values come of each reading. */
export function printPlan(plan: Plan): string {
  const { dates, scans, datedScans, model, constantSteps } = plan;
  const first = dates[0] ?? null;
  const last = dates.at(-1) ?? null;
  const range =
    first === null || last === null
      ? 'no index date'
      : dates.length === 1
        ? `one index date, ${isoOf(first)}`
        : `${dates.length} index dates, ${isoOf(first)} to ${isoOf(last)}`;
  const together = datesOfBatch(plan);
  return [
    `for ${range}`,
    ...(together < dates.length ? [`in batches of up to ${together} index dates`] : []),
    `population: ${conditions(model.population.length)}, ${constantSteps === 0 ? 'none' : `the first ${constantSteps}`} the same at all dates`,
    ...Object.entries(readers(plan)).flatMap(([readFor, whose]) =>
      printScans(
        `read once for ${whose}`,
        scans.filter((scan) => scan.readFor === readFor),
      ),
    ),
    ...printScans('read for each date', datedScans),
    '',
  ].join('\n');
}

function printScans(title: string, scans: readonly Scan[]): readonly string[] {
  return scans.length === 0 ? [] : [`${title}:`, ...scans.flatMap(printScan)];
}

function printScan({ name, source, leaves, windows, byStretch }: Scan): readonly string[] {
  const always = leaves.filter(({ window }) => window === null).length;
  return [
    `  ${name}: ${sourceText(source)}`,
    ...(byStretch
      ? ['    compared with values of the patient, for each stretch of dates on which these stay']
      : []),
    ...(always === 0 ? [] : [`    ${values(always)} from rows that count at all dates`]),
    ...windows.map(({ shape }, index) => {
      const count = leaves.filter(({ window }) => window === index).length;
      return `    ${values(count)} by date: ${shapes[shape]}`;
    }),
  ];
}

function conditions(count: number): string {
  return count === 1 ? '1 condition' : `${count} conditions`;
}

function values(count: number): string {
  return count === 1 ? '1 value' : `${count} values`;
}

/** Tables and files that rows come from, in the order of reading. */
function sourceText(rows: Rows): string {
  switch (rows.kind) {
    case 'table':
      return rows.table;
    case 'file':
      return `the file ${rows.path}`;
    case 'join':
      return `${sourceText(rows.left)} with ${sourceText(rows.right)}`;
    case 'union':
      return rows.inputs.map(sourceText).join(' and ');
    case 'filter':
    case 'select':
    case 'distinct':
    case 'group':
    case 'previous':
      return sourceText(rows.rows);
  }
}
