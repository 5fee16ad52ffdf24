/** The end of a run, as people read it: what succeeded first, failures last with the log's tail and what to do. */
import type { ActionResult, RunResult } from '@vitrine/runner';
import { renderDiagnostics } from './diagnostics.ts';
import { shortBytes, shortDuration } from './duration.ts';
import type { Style } from './terminal.ts';

/** Outputs of one pattern's folder are listed up to this number; more are counted. */
const LISTED_OUTPUTS = 12;

export interface ReportOptions {
  readonly style: Style;
  /** Groups as GitHub Actions folds them. */
  readonly forGithub: boolean;
}

/** The whole report, ending in one line that says how it went. */
export function renderReport(run: RunResult, options: ReportOptions): string {
  const succeeded = run.results.filter(({ state }) => state === 'succeeded');
  const others = run.results.filter(({ state }) => state !== 'succeeded');
  const blocks = [...succeeded, ...others].map((result) => renderResult(result, options));
  const seconds = (run.finishedAt.getTime() - run.startedAt.getTime()) / 1000;
  const tone = run.state === 'succeeded' || run.state === 'nothing-to-do' ? 'good' : 'bad';
  const took = run.results.length === 0 ? '' : ` (${shortDuration(seconds)})`;
  return `${blocks.join('')}${options.style(tone, run.message)}${took}\n`;
}

function renderResult(result: ActionResult, { style, forGithub }: ReportOptions): string {
  const mark = result.state === 'succeeded' ? style('good', '✓') : style('bad', '✗');
  const body = [
    `${result.message}\n`,
    ...(result.hint === null ? [] : [`→ ${result.hint}\n`]),
    result.state === 'succeeded' ? renderOutputs(result, style) : renderFailure(result, style),
    // A refused result has its faults in its message already, but not their places.
    renderDiagnostics(result.diagnostics, style),
    ...(result.logFile === null ? [] : [style('quiet', `log: ${result.logFile}\n`)]),
  ].join('');
  const indented = body.replaceAll(/^(?=.)/gm, '    ');
  return forGithub
    ? `::group::${result.state === 'succeeded' ? '✓' : '✗'} ${result.action}\n${indented}::endgroup::\n`
    : `${mark} ${style('strong', result.action)}\n${indented}\n`;
}

function renderOutputs(
  { outputs }: Extract<ActionResult, { state: 'succeeded' }>,
  style: Style,
): string {
  const listed = outputs.length > LISTED_OUTPUTS ? outputs.slice(0, LISTED_OUTPUTS - 1) : outputs;
  const width = Math.max(0, ...listed.map(({ path }) => path.length));
  const rows = listed.map(
    ({ path, level, size }) =>
      `${path.padEnd(width)}  ${style('quiet', `${level}, ${shortBytes(size)}`)}\n`,
  );
  const more = outputs.length - listed.length;
  const refused = outputs.flatMap(({ path, refusal }) =>
    refusal === null ? [] : [`${style('warn', 'would not reach level 4')}  ${path}: ${refusal}\n`],
  );
  return [...rows, ...(more === 0 ? [] : [`and ${more} more\n`]), ...refused].join('');
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
      : ['Did you mean one of these, which it made?\n', ...didYouMean.map((one) => `  ${one}\n`)]),
    ...(tail.length === 0
      ? []
      : [style('quiet', tailIsCut ? 'The end of its log:\n' : 'Its log:\n')]),
    ...tail.map((line) => `${style('quiet', '│')} ${line}\n`),
  ].join('');
}
