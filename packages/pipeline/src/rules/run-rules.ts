import type { RunCommand } from '../pipeline.ts';
import { ShellWordsError, splitWords } from '../shell-words.ts';
import type { YamlNode } from '../yaml/node.ts';
import { textOf } from '../yaml/scalar.ts';
import type { RunDraft } from './draft.ts';
import type { Report } from './report.ts';
import type { VersionRules } from './versions.ts';

const TAG = /^(?:v[0-9.]+(?:-pre)?|dev|latest)$/;

/** Images and reusable actions are named like repositories, possibly within others. */
const IMAGE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/** Reads a `run` section: rules A4 to A6, A14 and A15. */
export function readRun(
  action: string,
  node: YamlNode,
  rules: VersionRules,
  report: Report,
): RunDraft | null {
  const raw = textOf(node);
  if (raw === undefined) {
    report.add('run-not-text', { action }, node.start);
    return null;
  }
  const words = wordsOf(action, raw, node.start, report);
  if (words === null) return null;
  const [reference = ''] = words;
  const colon = reference.indexOf(':');
  const name = colon === -1 ? reference : reference.slice(0, colon);
  const tag = colon === -1 ? '' : reference.slice(colon + 1);
  if (!IMAGE_NAME.test(name)) {
    report.add('image-name', { action, name }, node.start);
    return null;
  }
  if (!TAG.test(tag)) {
    report.add('image-tag', { action, name, tag }, node.start);
    return null;
  }
  if (!rules.cohortextractor && reference.startsWith('cohortextractor')) {
    report.add('image-cohortextractor', { action }, node.start);
  }
  if (!rules.latestTag && tag === 'latest') {
    report.add('image-latest', { action, name }, node.start);
  }
  return { raw, image: { name, tag }, words };
}

function wordsOf(action: string, raw: string, at: number, report: Report): string[] | null {
  try {
    const words = splitWords(raw);
    if (words.length > 0) return words;
    report.add('run-empty', { action }, at);
  } catch (error) {
    if (!(error instanceof ShellWordsError)) throw error;
    report.add('run-quoting', { action, reason: error.reason, rest: raw.slice(error.offset) }, at);
  }
  return null;
}

/** The command of a draft, with the words that its config adds. */
export function toRunCommand(run: RunDraft, configWords: readonly string[]): RunCommand {
  return { raw: run.raw, image: run.image, arguments: [...run.words.slice(1), ...configWords] };
}
