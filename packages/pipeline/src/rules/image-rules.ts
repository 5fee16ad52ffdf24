/**
 * What some images ask of their outputs (pipeline §1.6).
 *
 * The rule is chosen by the words of the command, never by its text: more spaces or quotes change nothing.
 */

import { directoriesOf } from '../pipeline.ts';
import { PrivacyLevel } from '../privacy-level.ts';
import type { ActionDraft, OutputsDraft, RunDraft } from './draft.ts';
import type { Report } from './report.ts';

export function checkImageRules(action: ActionDraft, report: Report): void {
  const { run, outputs } = action;
  if (run === null || outputs === null) return;
  const subcommand = run.words[1] ?? '';
  if (run.image.name === 'cohortextractor' && subcommand === 'generate_cohort') {
    checkCohort(action.name, run, outputs, report);
  }
  if (
    ['ehrql', 'databuilder'].includes(run.image.name) &&
    ['generate-dataset', 'generate_dataset'].includes(subcommand)
  ) {
    checkDataset(action, run, outputs, report);
  }
}

/** A cohort has one level, and one directory unless the command names one. */
function checkCohort(action: string, run: RunDraft, outputs: OutputsDraft, report: Report): void {
  if (outputs.levels > 1) {
    report.add('cohort-levels', { action, levels: outputs.levels }, outputs.at);
    return;
  }
  const directories = directoriesOf(outputs.list.map((output) => output.pattern));
  if (directories.length === 1 || outputs.levels === 0) return;
  if (run.words.some((word) => word === '--output-dir' || word.startsWith('--output-dir='))) return;
  report.add('cohort-directories', { action, directories }, outputs.at);
}

/** A dataset's outputs are all highly sensitive and are what `--output` says. */
function checkDataset(
  action: ActionDraft,
  run: RunDraft,
  outputs: OutputsDraft,
  report: Report,
): void {
  const tooOpen = outputs.list.filter((output) => output.level !== PrivacyLevel.highlySensitive);
  for (const { pattern, level, at } of tooOpen) {
    report.add('dataset-level', { action: action.name, pattern, level }, at);
  }
  const target = outputArgument(run.words);
  if (target === undefined || target === '') {
    report.add('dataset-output-missing', { action: action.name }, action.runAt);
    return;
  }
  // Where the level is wrong already, what it should be is clear only once it is right.
  if (tooOpen.length > 0) return;
  const patterns = outputs.list.map((output) => output.pattern);
  const { expected, matches } = expectation(target);
  if (!matches(patterns)) {
    const values = { action: action.name, expected, patterns };
    report.add('dataset-output-mismatch', values, outputs.at);
  }
}

/** The value of the first `--output`, in either spelling. */
function outputArgument(words: readonly string[]): string | undefined {
  const index = words.findIndex((word) => word === '--output' || word.startsWith('--output='));
  const word = words[index];
  return word === '--output' ? words[index + 1] : word?.slice('--output='.length);
}

interface Expectation {
  /** The pattern to write. */
  readonly expected: string;
  readonly matches: (patterns: readonly string[]) => boolean;
}

/** `dir:ext` and `dir/:ext` stand for all files with that extension in a directory; anything else for one file. */
function expectation(target: string): Expectation {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1) ?? '';
  const colon = name.lastIndexOf(':');
  if (colon === -1) {
    return { expected: target, matches: (patterns) => patterns.includes(target) };
  }
  const within = colon === 0 ? parts.slice(0, -1) : [...parts.slice(0, -1), name.slice(0, colon)];
  const directory = within.join('/') || '.';
  const start = `${target.startsWith('/') ? '/' : ''}${directory}/`;
  const end = `.${name.slice(colon + 1)}`;
  return {
    expected: `${start}*${end}`,
    matches: (patterns) =>
      patterns.every(
        (pattern) =>
          pattern.startsWith(start) &&
          pattern.endsWith(end) &&
          pattern.length >= start.length + end.length,
      ),
  };
}
