/**
 * Options as Python's argparse reads them, since published project.yaml files were written for it: `--flag value`,
 * `--flag=value`, any unambiguous beginning of a flag, the last of repeated values, words that look like flags refused as
 * values unless they hold a space or are negative numbers.
 */

import type { FaultError } from '@vitrine/pipeline';
import { didYouMean } from '@vitrine/pipeline';
import { commandFaults } from './faults.ts';

export interface Option {
  /** With its dashes. */
  readonly flag: `--${string}`;
  /** `words` takes one or more words, each time that it is given. */
  readonly takes: 'nothing' | 'text' | 'integer' | 'words';
  readonly choices?: readonly string[];
  /** Placeholder of the value in help texts; absent where nothing is taken. */
  readonly metavar?: string;
  readonly help: string;
}

export interface ParsedOptions {
  readonly help: boolean;
  readonly switches: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly words: ReadonlyMap<string, readonly (readonly string[])[]>;
}

const helpOption: Option = { flag: '--help', takes: 'nothing', help: 'show this help and exit' };

/**
 * Reads all of `words` against a table of options.
 * @throws FaultError cohort-usage
 */
export function parseOptions(options: readonly Option[], words: readonly string[]): ParsedOptions {
  const known = [helpOption, ...options];
  const switches = new Set<string>();
  const values = new Map<string, string>();
  const lists = new Map<string, (readonly string[])[]>();
  const unknown: string[] = [];

  for (let at = 0; at < words.length; ) {
    const word = words[at++] ?? '';
    const [flag, attached] = splitAttached(word);
    const option = isFlag(word) ? find(known, flag) : undefined;
    if (option === undefined) {
      unknown.push(word);
      continue;
    }
    if (option.takes === 'nothing') {
      if (attached !== null) throw usage(`${option.flag} takes no value, but got "${attached}"`);
      switches.add(option.flag);
      continue;
    }
    const taken = attached === null ? following(words, at, option.takes) : [attached];
    if (taken.length === 0) throw usage(`${option.flag} needs a value`);
    if (attached === null) at += taken.length;
    if (option.takes === 'words') {
      lists.set(option.flag, [...(lists.get(option.flag) ?? []), taken]);
    } else {
      values.set(option.flag, checked(option, taken[0] ?? ''));
    }
  }
  const help = switches.has('--help');
  if (unknown.length > 0 && !help) {
    throw usage(`Unknown words: ${unknown.join(' ')}`, remedyFor(unknown[0] ?? '', known));
  }
  return { help, switches, values, words: lists };
}

function splitAttached(word: string): readonly [flag: string, attached: string | null] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, null] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** A word that starts with a dash, other than a negative number or text with a space in it. */
function isFlag(word: string): boolean {
  if (!/^-./.test(word) || /^-(\d+|\d*\.\d+)$/.test(word)) return false;
  return word.startsWith('--') ? !splitAttached(word)[0].includes(' ') : !word.includes(' ');
}

function find(options: readonly Option[], flag: string): Option | undefined {
  if (flag === '-h') return helpOption;
  const exact = options.find((option) => option.flag === flag);
  if (exact !== undefined || !flag.startsWith('--') || flag === '--') return exact;
  const matches = options.filter((option) => option.flag.startsWith(flag));
  if (matches.length > 1) {
    const flags = matches.map((option) => option.flag).join(', ');
    throw usage(`${flag} could be any of ${flags}`, 'Write the flag out.');
  }
  return matches[0];
}

function following(
  words: readonly string[],
  from: number,
  takes: 'text' | 'integer' | 'words',
): readonly string[] {
  const rest = words.slice(from);
  const end = rest.findIndex(isFlag);
  const available = end < 0 ? rest : rest.slice(0, end);
  return takes === 'words' ? available : available.slice(0, 1);
}

function checked({ flag, takes, choices }: Option, value: string): string {
  if (takes === 'integer' && !/^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) {
    throw usage(`${flag} needs a whole number, not "${value}"`);
  }
  if (choices !== undefined && !choices.includes(value)) {
    throw usage(`${flag} cannot be "${value}"`, `Choose from ${choices.join(', ')}.`);
  }
  return value;
}

function remedyFor(word: string, options: readonly Option[]): string {
  const near =
    didYouMean(
      splitAttached(word)[0],
      options.map((option) => option.flag),
    ) ?? null;
  return near === null ? 'Remove them, or quote a value that has spaces.' : `Did you mean ${near}?`;
}

/** The fault of a command line that does not fit. */
export function usage(
  problem: string,
  remedy = 'Run the command with --help to see its options.',
): FaultError {
  return commandFaults.error('cohort-usage', { problem, remedy });
}
