/**
 * The grammar of date expressions (cohort-extractor §2.1). Spaces mean nothing, each parenthesis is optional, and there is
 * at most one function and one offset; whatever does not fit must be a date as YYYY-MM-DD.
 */
import { didYouMean } from '@vitrine/pipeline';
import { dayOf, isoOf } from '../calendar.ts';
import {
  type DateExpression,
  type DateFunction,
  type DateOffset,
  dateFunctions,
} from './date-expression.ts';

export type ParsedDate =
  | { readonly date: DateExpression }
  /** `problem` completes "the date … "; `remedy` is a sentence. */
  | { readonly problem: string; readonly remedy: string };

type RelativeDate = Extract<DateExpression, { kind: 'relative' }>;

const WORD = '[A-Za-z][A-Za-z0-9_.]*';
const GRAMMAR = new RegExp(
  `^(?:(?<fn>${WORD})\\()?(?<name>${WORD})\\)?(?:(?<sign>[+-])(?<count>[0-9]+)(?<unit>${WORD}))?\\n?$`,
);

const units: Readonly<Record<string, DateOffset['unit']>> = {
  day: 'days',
  days: 'days',
  month: 'months',
  months: 'months',
  year: 'years',
  years: 'years',
};

const functionNames: ReadonlySet<string> = new Set(dateFunctions);

const isDateFunction = (name: string): name is DateFunction => functionNames.has(name);

/**
 * Reads a date expression. A name in `columns` stands for that column's value, even where it is `today` or `index_date`.
 */
export function parseDateExpression(
  text: string,
  columns: { has(name: string): boolean } & Iterable<string> = new Set(),
): ParsedDate {
  const match = GRAMMAR.exec(text.replaceAll(' ', ''))?.groups;
  if (match === undefined) return parseLiteral(text);
  const { fn, name = '', sign, count, unit } = match;

  const to = target(name, columns);
  if (to === null) {
    const near = didYouMean(name, ['index_date', 'today', ...columns]) ?? null;
    return {
      problem: `refers to "${name}", which is neither index_date, today nor a column`,
      remedy:
        near === null ? 'Use index_date, today or a date column above.' : `Did you mean "${near}"?`,
    };
  }
  if (fn !== undefined && !isDateFunction(fn)) {
    const near = didYouMean(fn, dateFunctions) ?? null;
    return {
      problem: `uses the function "${fn}", which does not exist`,
      remedy:
        near === null
          ? `The functions are: ${dateFunctions.join(', ')}.`
          : `Did you mean "${near}"?`,
    };
  }
  const plural = unit === undefined ? undefined : units[unit];
  if (unit !== undefined && plural === undefined) {
    const weeks = /^weeks?$/.test(unit) ? ` ${Number(count) * 7} days is ${count} ${unit}.` : '';
    return {
      problem: `counts in "${unit}", which is not a unit`,
      remedy: `Count in days, months or years.${weeks}`,
    };
  }
  return {
    date: {
      kind: 'relative',
      to,
      function: fn ?? null,
      offset:
        plural === undefined || count === undefined
          ? null
          : { count: sign === '-' ? -Number(count) || 0 : Number(count), unit: plural },
    },
  };
}

function target(name: string, columns: { has(name: string): boolean }): RelativeDate['to'] | null {
  if (columns.has(name)) return { kind: 'column', name };
  if (name === 'index_date') return { kind: 'index-date' };
  if (name === 'today') return { kind: 'today' };
  return null;
}

function parseLiteral(text: string): ParsedDate {
  const day = dayOf(text);
  if (day !== null) return { date: { kind: 'date', day } };
  return { ...literalTrouble(text) };
}

/** Slips that are common enough to deserve their own words. */
function literalTrouble(text: string): { problem: string; remedy: string } {
  const trimmed = text.trim();
  if (/^\d{4}-\d\d-\d\d$/.test(trimmed)) {
    return dayOf(trimmed) === null
      ? { problem: 'does not exist', remedy: 'Check the day and the month.' }
      : { problem: 'has blanks around it', remedy: `Write "${trimmed}".` };
  }
  if (/^\d{4}-\d\d-\d\d\s*[+-]/.test(trimmed)) {
    return {
      problem: 'counts from a fixed date',
      remedy: 'Work the date out and write it, or count from index_date.',
    };
  }
  if (/[+-].*[+-]/.test(trimmed) && /^[A-Za-z]/.test(trimmed)) {
    return {
      problem: 'has more than one offset',
      remedy: 'Use one offset, for example "index_date + 31 days".',
    };
  }
  if (/\([^)]*[+-]/.test(trimmed)) {
    return {
      problem: 'counts inside the parentheses',
      remedy: 'Write the offset after them: "first_day_of_month(index_date) + 1 month".',
    };
  }
  if (/\(.*\(/.test(trimmed)) {
    return { problem: 'has a function inside a function', remedy: 'Use one function only.' };
  }
  return {
    problem: 'is not a date',
    remedy:
      'Write YYYY-MM-DD, or index_date, today or a date column with an offset, such as "index_date - 3 months".',
  };
}

/** The expression as one would write it. */
export function printDateExpression(date: DateExpression): string {
  if (date.kind === 'date') return isoOf(date.day);
  const name = printTarget(date.to);
  const base = date.function === null ? name : `${date.function}(${name})`;
  if (date.offset === null) return base;
  const { count, unit } = date.offset;
  const size = Math.abs(count);
  return `${base} ${count < 0 ? '-' : '+'} ${size} ${size === 1 ? unit.slice(0, -1) : unit}`;
}

function printTarget(to: RelativeDate['to']): string {
  switch (to.kind) {
    case 'index-date':
      return 'index_date';
    case 'today':
      return 'today';
    case 'column':
      return to.name;
  }
}
