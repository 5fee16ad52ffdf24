/** The model's operations on texts, and its sets of texts. */
import type { MatchMode, TextSet } from '../model/model.ts';
import { compareCells, type Database } from './cell.ts';

const LETTER_OR_DIGIT = /[A-Za-z0-9]/;

/** Letter by letter; a letter whose lower case is not one letter stays. */
export function lowerCase(text: string): string {
  return [...text]
    .map((letter) => {
      const lower = letter.toLowerCase();
      return [...lower].length === 1 ? lower : letter;
    })
    .join('');
}

export function trimBlanks(text: string): string {
  return text.replace(/^ +/, '').replace(/ +$/, '');
}

export function textToInt(text: string): number | null {
  return /^ *[+-]?[0-9]{1,15} *$/.test(text) ? Number(trimBlanks(text)) : null;
}

export function textToFloat(text: string): number | null {
  return /^ *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})? *$/.test(text)
    ? Number(trimBlanks(text))
    : null;
}

/** Code points from `start`, counted from 1. */
export function substring(text: string, start: number, length: number): string {
  return [...text].slice(start - 1, start - 1 + length).join('');
}

interface Element {
  readonly text: string;
  readonly category: string | null;
}

/** The elements that a set stands for in a database. */
export function elementsOf(set: TextSet, database: Database): readonly Element[] {
  const own = set.elements.map((text, index) => ({
    text,
    category: set.categories?.[index] ?? null,
  }));
  if (!set.expandVirtualProducts) return own;
  const same = (a: string, b: string): boolean => lowerCase(a) === lowerCase(b);
  const added: Element[] = [];
  for (const { id, prev_id: previous } of database['VmpMapping'] ?? []) {
    if (typeof id !== 'string' || typeof previous !== 'string') continue;
    for (const { text, category } of own) {
      if (same(text, id)) added.push({ text: previous, category });
      if (same(text, previous)) added.push({ text: id, category });
    }
  }
  return [...own, ...added.filter(({ text }) => !own.some((element) => same(element.text, text)))];
}

export function matches(text: string, element: string, match: MatchMode): boolean {
  switch (match) {
    case 'exact':
      return text === element;
    case 'ignore-case':
      return lowerCase(text) === lowerCase(element);
    case 'prefix':
      return text.startsWith(element);
    case 'substring':
      return text.includes(element);
    case 'code-in-text':
      return [...text].some((letter, index, letters) => {
        const rest = letters.slice(index + 1).join('');
        return !LETTER_OR_DIGIT.test(letter) && rest.startsWith(element);
      });
  }
}

/** The smallest category of the elements that match. */
export function categoryOf(
  text: string,
  elements: readonly Element[],
  match: MatchMode,
): string | null {
  return elements
    .filter((element) => matches(text, element.text, match))
    .map(({ category }) => category)
    .reduce(
      (least, category) =>
        least === null || (category !== null && compareCells(category, least) < 0)
          ? category
          : least,
      null,
    );
}
