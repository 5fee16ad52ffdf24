/** A grid as a file of one of the types in which tables leave. */
import { type Grid, textOf } from './case.ts';
import type { Random } from './random.ts';

/** Ways to write a table, with the extension of the file. */
export const renderings = ['csv', 'html', 'json', 'md', 'txt'] as const;
export type Rendering = (typeof renderings)[number];

export function render(grid: Grid, as: Rendering, random: Random): string {
  switch (as) {
    case 'csv':
      return csv(grid, random);
    case 'html':
      return html(grid);
    case 'json':
      return json(grid);
    case 'md':
      return markdown(grid);
    case 'txt':
      return [grid.names, ...bare(grid)].map((row) => row.join('\t')).join('\n');
  }
}

/** Cells without the quotation marks that a comma needed. */
function bare({ rows }: Grid): string[][] {
  return rows.map((row) => row.map((cell) => textOf(cell).replace(/^"(.*)"$/, '$1')));
}

function csv({ names, rows }: Grid, random: Random): string {
  const delimiter = random.pick([',', ',', ',', ';', '\t', '|']);
  const end = random.pick(['\n', '\n', '\r\n']);
  const quoteAll = random.chance(0.15);
  const field = (text: string): string => {
    if (/^".*"$/.test(text)) return text;
    return quoteAll || text.includes(delimiter) || text.includes('"')
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  };
  const lines = [names, ...rows.map((row) => row.map(textOf))].map((row) =>
    row.map(field).join(delimiter),
  );
  const lead = random.chance(0.1) ? '\uFEFF' : '';
  return `${lead}${lines.join(end)}${random.chance(0.9) ? end : ''}`;
}

function html(grid: Grid): string {
  const row = (cells: readonly string[], name: string): string =>
    `<tr>${cells.map((cell) => `<${name}>${cell.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</${name}>`).join('')}</tr>`;
  return `<!DOCTYPE html>\n<html><body>\n<table>\n<thead>${row(grid.names, 'th')}</thead>\n<tbody>\n${bare(
    grid,
  )
    .map((cells) => row(cells, 'td'))
    .join('\n')}\n</tbody>\n</table>\n</body></html>\n`;
}

function json(grid: Grid): string {
  const value = (text: string): string | number =>
    /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  const records = bare(grid).map((row) =>
    Object.fromEntries(row.map((text, at) => [keyOf(grid.names[at] ?? '', at), value(text)])),
  );
  return JSON.stringify(records, null, 1);
}

/** Keys of digits alone would lose their place in an object. */
function keyOf(name: string, at: number): string {
  return name === '' ? `column_${at}` : /^\d+$/.test(name) ? `y${name}` : name;
}

function markdown(grid: Grid): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `# Results\n\n${[line(grid.names), line(grid.names.map(() => '---')), ...bare(grid).map(line)].join('\n')}\n`;
}
