/** The end of a run, as people read it: what succeeded first, failures last with the log's tail and what to do. */
import { visible } from '@vitrine/pipeline';
import type { ActionOutput, ActionResult, RunResult } from '@vitrine/runner';
import { renderDiagnostics } from './diagnostics.ts';
import { shortBytes, shortDuration } from './duration.ts';
import type { Style } from './terminal.ts';

/** Outputs are listed up to this number; more are grouped by folder, type and level. */
const LISTED_OUTPUTS = 6;

export interface ReportOptions {
  readonly style: Style;
  /** Groups as GitHub Actions folds them. */
  readonly forGithub: boolean;
}

/** The whole report, ending in one line that says how it went. */
export function renderReport(run: RunResult, options: ReportOptions): string {
  const succeeded = run.results.filter(({ state }) => state === 'succeeded');
  const failed = run.results.filter((result) => result.state === 'failed' && !isNotStarted(result));
  const blocks = [
    ...[...succeeded, ...failed].map((result) => renderResult(result, options)),
    renderNotStarted(run.results.filter(isNotStarted), options.style),
  ];
  const seconds = (run.finishedAt.getTime() - run.startedAt.getTime()) / 1000;
  const tone = run.state === 'succeeded' || run.state === 'nothing-to-do' ? 'good' : 'bad';
  const took = run.results.length === 0 ? '' : ` (${shortDuration(seconds)})`;
  return `${blocks.join('')}${options.style(tone, run.message)}${took}\n`;
}

/** Neither ran nor could have run: there is nothing to tell but why. */
function isNotStarted(result: ActionResult): boolean {
  return (
    result.state === 'failed' && (result.reason === 'dependency' || result.reason === 'cancelled')
  );
}

/** One line each; the hint, which is the same for many, once. */
function renderNotStarted(results: readonly ActionResult[], style: Style): string {
  if (results.length === 0) return '';
  const width = Math.max(...results.map(({ action }) => action.length));
  const rows = results.map(
    ({ action, message }) => `${style('quiet', '–')} ${action.padEnd(width)}  ${message}\n`,
  );
  const hints = new Set(results.flatMap(({ hint }) => (hint === null ? [] : [`  → ${hint}\n`])));
  return [...rows, ...hints, '\n'].join('');
}

function renderResult(result: ActionResult, { style, forGithub }: ReportOptions): string {
  const mark = result.state === 'succeeded' ? style('good', '✓') : style('bad', '✗');
  const body = [
    // What is refused is told by its faults, which have places and hints of their own.
    ...(isRefused(result) ? [] : [`${result.message}\n`]),
    ...(isRefused(result) || result.hint === null ? [] : [`→ ${result.hint}\n`]),
    result.state === 'succeeded' ? renderOutputs(result, style) : renderFailure(result, style),
    renderDiagnostics(result.diagnostics, style),
    ...(result.logFile === null ? [] : [style('quiet', `log: ${result.logFile}\n`)]),
  ].join('');
  const indented = body.replaceAll(/^(?=.)/gm, '    ');
  return forGithub
    ? `::group::${result.state === 'succeeded' ? '✓' : '✗'} ${result.action}\n${indented}::endgroup::\n`
    : `${mark} ${style('strong', result.action)}\n${indented}\n`;
}

function isRefused(result: ActionResult): boolean {
  return (
    result.state === 'failed' &&
    (result.reason === 'refused' || result.reason === 'platform') &&
    result.diagnostics.length > 0
  );
}

function renderOutputs(
  { outputs }: Extract<ActionResult, { state: 'succeeded' }>,
  style: Style,
): string {
  const rows = outputs.length > LISTED_OUTPUTS ? inGroups(outputs) : outputs.map(asRow);
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  const refused = outputs.flatMap(({ path, refusal }) =>
    refusal === null
      ? []
      : [`${style('warn', 'would not reach level 4')}  ${visible(path)}: ${refusal}\n`],
  );
  const disclosing = outputs.flatMap(({ path, disclosure }) =>
    disclosure === null || disclosure.passes
      ? []
      : [
          `${style('warn', 'must not leave as it is')}  ${visible(path)}: ${Object.entries(
            disclosure.counts,
          )
            .map(([rule, count]) => `${rule} (${count})`)
            .join(', ')}\n`,
        ],
  );
  return [
    ...rows.map(
      ({ label, level, size }) =>
        `${label.padEnd(width)}  ${style('quiet', `${level}, ${shortBytes(size)}`)}\n`,
    ),
    ...refused,
    ...disclosing,
  ].join('');
}

interface OutputRow {
  readonly label: string;
  readonly level: string;
  /** Bytes. */
  readonly size: number;
}

function asRow({ path, level, size }: ActionOutput): OutputRow {
  return { label: visible(path), level, size };
}

/** One row for the files of a folder that share level and type: `output/*.csv (163 files)`. */
function inGroups(outputs: readonly ActionOutput[]): readonly OutputRow[] {
  const key = ({ path, level }: ActionOutput): string =>
    JSON.stringify([path.replace(/[^/]*?((\.[a-z]+){0,2})$/i, '*$1'), level]);
  return [...Map.groupBy(outputs, key)].map(([group, files]) => {
    const [label = '', level = ''] = JSON.parse(group);
    const [only] = files;
    return {
      label:
        files.length === 1 && only !== undefined
          ? visible(only.path)
          : `${visible(label)} (${files.length} files)`,
      level,
      size: files.reduce((sum, { size }) => sum + size, 0),
    };
  });
}

function renderFailure(
  { tail, tailIsCut, unmatched, didYouMean }: Extract<ActionResult, { state: 'failed' }>,
  style: Style,
): string {
  return [
    ...(unmatched.length === 0
      ? []
      : ['No file matches:\n', ...unmatched.map((one) => `  ${one}\n`)]),
    ...(didYouMean.length === 0
      ? []
      : [
          'Did you mean one of these, which it made?\n',
          ...didYouMean.map((one) => `  ${visible(one)}\n`),
        ]),
    ...(tail.length === 0
      ? []
      : [style('quiet', tailIsCut ? 'The end of its log:\n' : 'Its log:\n')]),
    ...tail.map((line) => `${style('quiet', '│')} ${visible(line)}\n`),
  ].join('');
}
