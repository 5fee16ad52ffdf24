import { type CompiledPlan, sortedRows } from './compile.ts';

/** Most dates whose queries are written out; those between the first and the last are alike. */
const MOST_DATES = 2;

/** A compiled plan as text: every statement in its order, ended by a semicolon, with a heading for each part. */
export function printStatements(plan: CompiledPlan): string {
  const loads = plan.loads.map(
    ({ table, rows }) => `-- ${rows.length} rows are loaded into ${table}`,
  );
  const files = plan.files.map(({ table, path }) => `-- the file ${path} is loaded into ${table}`);
  const total = plan.batches.reduce((sum, { dates }) => sum + dates.length, 0);
  const batches = plan.batches.flatMap(({ prepare, dates, release }) => {
    const shown = dates.length <= MOST_DATES ? dates : [dates[0], dates.at(-1)];
    const texts = shown.flatMap((date) => {
      if (date === undefined) return [];
      const { number, prepare: first, counts, release: last } = date;
      return [
        `-- date ${number + 1} of ${total}`,
        ...first.map(ended),
        ended(counts),
        ended(sortedRows(date)),
        ...last.map(ended),
      ];
    });
    const left = dates.length - shown.length;
    const note = left > 0 ? [`-- ${left} more dates, alike`] : [];
    return [...prepare.map(ended), ...texts, ...note, ...release.map(ended)];
  });
  return [
    '-- once',
    ...loads,
    ...files,
    ...plan.prepare.map(ended),
    ended(plan.constantAttrition),
    ...batches,
  ].join('\n');
}

function ended(statement: string): string {
  return `${statement};`;
}
