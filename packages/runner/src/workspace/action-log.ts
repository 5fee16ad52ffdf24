/**
 * `metadata/<action>.log`: what the action printed, then what came of it (pipeline-and-job-runner §3.8).
 */
import { type Diagnostic, visible } from '@vitrine/pipeline';
import type { CollectedFile } from './collect.ts';
import type { FinishedJob } from './history.ts';
import { METADATA_FOLDER } from './store.ts';

/**
 * Path of an action's log in a workspace. Names of actions are taken as they are where they are harmless; anything else
 * is percent-encoded, so that no name leads elsewhere.
 */
export function actionLogPath(action: string): string {
  return metadataPath(action, 'log');
}

/** Path of what we keep about an action, by its ending. */
export function metadataPath(action: string, ending: string): string {
  const name = action
    .replaceAll(/[^\p{L}\p{N} _.-]/gu, (character) => encodeURIComponent(character))
    .replace(/^\./, '%2E');
  return `${METADATA_FOLDER}/${name}.${ending}`;
}

export interface LogSummary {
  readonly job: FinishedJob;
  readonly image: string;
  /** Null when the program never ran. */
  readonly exitCode: number | null;
  readonly message: string;
  readonly hint: string | null;
  /** Limits that were met, in words. */
  readonly limits: readonly string[];
  readonly files: readonly CollectedFile[];
  readonly warnings: readonly Diagnostic[];
}

/** The whole text of the log. */
export function formatActionLog(printed: string, summary: LogSummary): string {
  const { job, image, exitCode, message, hint, limits, files, warnings } = summary;
  const facts: readonly (readonly [string, string | null])[] = [
    ['action', job.action],
    ['state', job.state],
    ['job', job.job],
    ['request', job.request],
    ['commit', job.commit ?? 'working tree'],
    ['image', image],
    ['exit code', exitCode === null ? null : String(exitCode)],
    ['started', job.started],
    ['finished', job.finished],
    ['limits met', limits.length === 0 ? null : limits.join(', ')],
    ['message', message],
    ['hint', hint],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === null ? [] : [`${`${name}:`.padEnd(12)}${visible(value)}`],
  );
  const width = files.reduce((widest, { path }) => Math.max(widest, visible(path).length), 0);
  const outputs = files.map(({ path, level }) => `  ${visible(path).padEnd(width)}  ${level}`);
  const refused = files.flatMap(({ path, level4 }) =>
    level4?.refusal == null ? [] : [`  ${visible(path)}: ${visible(level4.refusal)}`],
  );
  return [
    printed.trimEnd(),
    '',
    ...lines,
    ...section('outputs:', outputs),
    ...section('not for level 4:', refused),
    ...section(
      'warnings:',
      warnings.map((warning) => `  ${visible(warning.message)}`),
    ),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

/** The last lines of what was printed, without the times in front; none when nothing was. */
export function logTail(printed: string, lines: number): readonly string[] {
  const text = printed.trimEnd();
  if (text === '') return [];
  return text
    .split('\n')
    .slice(-lines)
    .map((line) => line.replace(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z /, ''));
}
