import type { ColumnType } from '../table.ts';
import { drawChart } from './draw-chart.ts';
import { escapeHtml } from './escape-html.ts';
import { type Chart, type ColumnSummary, count, share } from './summarise-column.ts';

export interface ReportContent {
  /** Module name of the study, for example `study_definition_bp`. */
  readonly study: string;
  /** Name of the cohort file. */
  readonly file: string;
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
}

const TYPE_NAMES: Readonly<Record<ColumnType, string>> = {
  bool: 'yes or no',
  int: 'whole number',
  float: 'number',
  str: 'text',
  date: 'date',
};

const EMPTY_NAMES: Readonly<Record<ColumnType, readonly [filled: string, empty: string]>> = {
  bool: ['Yes', 'No or blank'],
  int: ['Above zero', 'Zero or blank'],
  float: ['Above zero', 'Zero or blank'],
  str: ['Filled', 'Blank'],
  date: ['Filled', 'Blank'],
};

/** The report as one HTML page that stands alone: no scripts, no requests, light and dark, printable. */
export function reportPage({ study, file, rows, columns }: ReportContent): string {
  const title = `Cohort report: ${study}`;
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${count(rows)} ${rows === 1 ? 'patient' : 'patients'} and ${count(columns.length)} ${columns.length === 1 ? 'column' : 'columns'}, from <code>${escapeHtml(file)}</code>.</p>
</header>
<nav aria-label="Columns"><ol>
${columns.map(({ name }, index) => `<li><a href="#c${index}">${escapeHtml(name)}</a></li>`).join('\n')}
</ol></nav>
<main>
${columns.map((column, index) => columnSection(column, index, rows)).join('\n')}
</main>
</body>
</html>
`;
}

function columnSection(column: ColumnSummary, index: number, rows: number): string {
  const { name, type, filled, empty, figures, chart } = column;
  const [filledName, emptyName] = EMPTY_NAMES[type];
  const counted: readonly (readonly [string, string])[] =
    type === 'bool'
      ? []
      : [
          [filledName, `${count(filled)} (${share(filled, rows)})`],
          [emptyName, `${count(empty)} (${share(empty, rows)})`],
        ];
  return `<section id="c${index}" aria-labelledby="h${index}">
<h2 id="h${index}">${escapeHtml(name)} <small>${TYPE_NAMES[type]}</small></h2>
<div class="parts">
<table><caption>Figures</caption><tbody>
${[...counted, ...figures].map(([label, text]) => `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(text)}</td></tr>`).join('\n')}
</tbody></table>
${chart === null ? '' : chartFigure(chart, name)}
</div>
</section>`;
}

function chartFigure(chart: Chart, column: string): string {
  const note = chart.note === null ? '' : ` <span>${escapeHtml(chart.note)}</span>`;
  return `<figure>
<figcaption>${escapeHtml(chart.title)}.${note}</figcaption>
${drawChart(chart, column)}
<details><summary>The chart as a table</summary>
<table><thead><tr><th scope="col">${escapeHtml(column)}</th><th scope="col">Rows</th></tr></thead><tbody>
${chart.bars.map((bar) => `<tr><th scope="row">${escapeHtml(bar.label)}</th><td>${count(bar.count)}</td></tr>`).join('\n')}
</tbody></table></details>
</figure>`;
}

const STYLE = `
:root { color-scheme: light dark; --page: #fbfbf9; --card: #fff; --text: #1d2126; --quiet: #59626d; --rule: #dcdfe3; --bar: #2a6f97; --link: #14507a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171b; --card: #1c2126; --text: #e7eaee; --quiet: #a3adb8; --rule: #353c44; --bar: #6fb1d6; --link: #8ec7ea; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.1rem; overflow-wrap: anywhere; }
h2 small { color: var(--quiet); font-weight: normal; font-size: .85rem; }
header p, figcaption span { color: var(--quiet); }
a { color: var(--link); }
nav ol { margin: 1rem 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .9rem; }
section { margin: 1rem 0; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--rule); border-radius: .5rem; }
.parts { display: grid; grid-template-columns: minmax(15rem, 1fr) 2fr; gap: 1.5rem; align-items: start; }
@media (max-width: 44rem) { .parts { grid-template-columns: 1fr; } }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .2rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { text-align: left; font-weight: normal; color: var(--quiet); padding-right: 1rem; overflow-wrap: anywhere; }
td, th[scope="col"]:last-child { text-align: right; }
td { overflow-wrap: anywhere; }
figure { margin: 0; min-width: 0; }
figcaption, summary { font-size: .9rem; margin-bottom: .5rem; }
svg { display: block; width: 100%; max-width: 36rem; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--text); }
svg .number { fill: var(--quiet); }
svg .bar { fill: var(--bar); }
svg .axis { stroke: var(--quiet); }
svg .grid { stroke: var(--rule); }
details { margin-top: .5rem; }
summary { color: var(--quiet); cursor: pointer; }
@media print {
  :root { --page: #fff; --card: #fff; --text: #000; --quiet: #444; --rule: #bbb; --bar: #555; --link: #000; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  section { break-inside: avoid; }
  nav, details { display: none; }
  svg .bar { print-color-adjust: exact; }
}
`;
