/** Text, Markdown and logs: tables that are printed, counts that are told, identifiers anywhere. */
import type { CheckContext } from '../check-file.ts';
import type { FindingList, FindingPlace } from '../finding.ts';
import { checkFragment } from '../markup/check-html.ts';
import { checkEmbedded } from '../markup/embedded.ts';
import type { DisclosureSettings } from '../settings.ts';
import { plainDigits } from '../table/cell.ts';
import { checkTable } from '../table/check-table.ts';
import { isNhsNumber } from '../table/patient-rules.ts';
import { printedTables } from './printed-tables.ts';

/** What a text is taken for. */
export type TextKind = 'text' | 'log' | 'markdown' | 'element';

/** @param element - Part of the file that the text comes from. */
export function checkText(
  text: string,
  context: CheckContext,
  kind: TextKind,
  element: string | null = null,
): void {
  const { settings, findings } = context;
  if (kind === 'log') {
    findings.add('log-file', () => ({ message: 'Logs should not normally be released.' }));
  }
  for (const { table, line, drawn } of printedTables(text)) {
    const placed = element === null ? table : { ...table, element };
    const { ofPatients } = checkTable(placed, settings, findings);
    if (ofPatients && !drawn) {
      findings.add('rows-in-text', () => ({
        message: `${table.rows} printed rows describe patients one by one.`,
        place: { line, ...(element === null ? {} : { element }) },
      }));
    }
    context.onTable(placed);
  }
  checkProse(text, settings, findings, element);
  for (const [address] of text.matchAll(/\bdata:[\w/+.;=-]{0,100},[^\s)"'<>]*/g)) {
    checkEmbedded(address, context, element ?? 'text');
  }
  if (kind !== 'markdown') return;
  checkFragment(text, context);
  for (const match of text.matchAll(/^ {0,3}\[[^\]\n]{1,200}\]:[^\n]*["'(][^\n]*\d[^\n]*$/gm)) {
    findings.add('hidden-content', () => ({
      message: 'The title of a link that is only defined holds numbers.',
      place: { line: lineAt(text, match.index) },
    }));
  }
}

/** A number beside a word that counts people. */
const told =
  /(?:\b(?:n|count|total|patients|people|persons|cases|deaths|events)\s*[=:]\s*([+-]?\d[\d,]*(?:\.\d+)?)(?![\d.]*\s*%))|(?:(?<![\d.,/=:-])(\d[\d,]*)\s+(?:patients?|people|persons?|individuals|deaths|cases|participants|women|men|children)\b)/giu;

/** The same in words. */
const spelt =
  /\b(one|two|three|four|five|six|seven) (?:patients?|deaths?|cases|participants|women|men|children)\b/giu;

/** A dictionary, a query or a message that names one patient. */
const onePatient =
  /\b(?:patient|pat|person|nhs|pseudo|subject)[ _-]?(?:id|number|no)\b["']?\s{0,5}(?:[=:#]|is\b)\s{0,5}["']?(?:np\.int\d*\()?([A-Za-z]*\d[\w-]*)/giu;

const tenDigits = /(?<![\d.])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?![\d.])/g;

const born =
  /\b(?:dob|d\.o\.b\.?|date of birth|birth ?date|date_of_birth|born)\b["']?\s{0,5}(?:[=:]|on\b|is\b)?\s{0,5}["']?\d{1,4}[-/. ]\w{1,9}/giu;

/**
 * Reports counts, identifiers and packed files in running text.
 * @param where - Part of the file that it comes from, or the place of each of its lines, from 1.
 */
export function checkProse(
  text: string,
  settings: DisclosureSettings,
  findings: FindingList,
  where: string | null | ((line: number) => FindingPlace),
): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII is meant
  const plain = /[^\u0000-\u007f]/.test(text) ? text.split('\n').map(plainDigits).join('\n') : text;
  const placeAt = (at: number): FindingPlace =>
    typeof where === 'function'
      ? where(lineAt(plain, at))
      : { line: lineAt(plain, at), ...(where === null ? {} : { element: where }) };
  // Hashes in many cells are no file.
  const packed = typeof where === 'function' ? 0 : packedIn(plain);
  if (packed > FEWEST_PACKED) {
    findings.add('embedded-data', () => ({
      message: `${packed} characters look like a file that was packed into text.`,
      place: placeAt(0),
    }));
  }
  for (const match of plain.matchAll(spelt)) {
    findings.add('small-count', () => ({
      message: `“${match[0]}” tells a count from 1 to ${settings.threshold}.`,
      place: placeAt(match.index),
    }));
  }
  for (const match of plain.matchAll(told)) {
    const value = Number((match[1] ?? match[2] ?? '').replaceAll(',', ''));
    if (!Number.isInteger(value) || value <= 0) continue;
    if (value <= settings.threshold) {
      findings.add('small-count', () => ({
        message: `“${match[0].trim()}” tells a count from 1 to ${settings.threshold}.`,
        place: placeAt(match.index),
      }));
    } else if (value % settings.rounding !== 0) {
      findings.add('unrounded-count', () => ({
        message: `“${match[0].trim()}” tells a count that is no multiple of ${settings.rounding}.`,
        place: placeAt(match.index),
      }));
    }
  }
  for (const match of plain.matchAll(onePatient)) {
    findings.add('patient-id', () => ({
      message: `“${match[0].trim().slice(0, 40)}” names one patient.`,
      place: placeAt(match.index),
    }));
  }
  for (const match of plain.matchAll(tenDigits)) {
    // Numbers in use begin with 4, 6 or 7 (NHS Data Dictionary); others of ten digits are times and sizes.
    if (!/^[467]/.test(match[0]) || !isNhsNumber(`${match[1]}${match[2]}${match[3]}`)) continue;
    findings.add('patient-id', () => ({
      message: 'Ten digits are a valid NHS number.',
      place: placeAt(match.index),
    }));
  }
  for (const match of plain.matchAll(born)) {
    findings.add('date-of-birth', () => ({
      message: `“${match[0].trim().slice(0, 40)}” tells a date of birth.`,
      place: placeAt(match.index),
    }));
  }
}

/** Characters from which a short text of many is looked at by itself, also for what is packed in it. */
export const LONG_TEXT = 200;

/** Stands between texts that are read at once: no pattern reaches beyond it. */
const BETWEEN = '|';

/** Reads many short texts, each of one line, at once: thousands cost as much as one long text. */
export function checkTexts(
  texts: readonly string[],
  places: readonly FindingPlace[],
  { settings, findings }: CheckContext,
): void {
  const lines = texts.join(`\n${BETWEEN}\n`);
  checkProse(lines, settings, findings, (line) => places[(line - 1) / 2] ?? {});
}

/** Fewest characters that count as a packed file: longer than any hash or token. */
const FEWEST_PACKED = 240;

/** How many characters stand in long words of base64 or hexadecimal digits, which are no words of any language. */
function packedIn(text: string): number {
  let sum = 0;
  for (const [word] of text.matchAll(/[A-Za-z0-9+/_-]{60,}={0,2}/g)) {
    const isMixed = /\d/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word);
    if (isMixed || (/^[\da-f]+$/i.test(word) && /[a-f]/i.test(word))) sum += word.length;
  }
  return sum;
}

/** Line of a position, from 1. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1))
    line += 1;
  return line;
}
