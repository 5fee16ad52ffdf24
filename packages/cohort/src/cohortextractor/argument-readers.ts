/** How the value of each kind of parameter is checked and normalised (cohort-extractor §1.4, §1.8). */
import { didYouMean } from '@vitrine/pipeline';
import type { RecordedValue } from '../record/document.ts';
import { studyFaults } from './faults.ts';
import type { Parameter } from './functions/function-rule.ts';
import { readCategories } from './read-categories.ts';
import { type DatePosition, isDay, readDate } from './read-date.ts';
import { asText, describe, isTruthy, itemsOf, numberOf, pairsOf } from './recorded-value.ts';
import type { Scope } from './scope.ts';
import type { ArgumentValue, Codelist } from './study.ts';

type KindOf<K extends Parameter['kind']> = Extract<Parameter, { kind: K }>;

/** Where a value is read. */
export interface Reading {
  readonly scope: Scope;
  readonly position: DatePosition;
}

/** What a parameter's value becomes; undefined when it is at fault, which has been reported. */
type Read<K extends Parameter['kind']> = (
  parameter: KindOf<K>,
  value: RecordedValue | undefined,
  reading: Reading,
) => ArgumentValue | undefined;

/** Kinds of parameter that become an argument of the definition. */
type ValueKind =
  | 'codelist'
  | 'texts'
  | 'choice'
  | 'returning'
  | 'flag'
  | 'number'
  | 'date'
  | 'episode'
  | 'column-name'
  | 'categories'
  | 'matchers';

const readers: { readonly [K in ValueKind]: Read<K> } = {
  codelist: (parameter, value, reading) => {
    const { scope, position } = reading;
    if (!parameter.required && (value === undefined || !isTruthy(value))) return null;
    const list = codelistAt(value, reading);
    if (list === undefined) return wrong(describe(value), 'a codelist', reading);
    if (list === null) return undefined;
    if (!parameter.systems.includes(list.system)) {
      const values = { ...position, found: `"${list.system}"`, allowed: parameter.systems };
      scope.faults.push(studyFaults.diagnose('wrong-coding-system', values, position.place));
      return undefined;
    }
    return list;
  },

  texts: (parameter, value, reading) => {
    if (value === undefined || value === null) return null;
    const found = textsOf(value, parameter.listOnly === true, reading);
    if (found === undefined) return undefined;
    if (found.length === 0) {
      return parameter.neverEmpty
        ? wrong(describe(value), 'a list with something in it', reading)
        : null;
    }
    const stranger = found.find((text) => parameter.allowed?.includes(text) === false);
    if (stranger !== undefined) return wrongChoice(stranger, parameter.allowed ?? [], reading);
    return parameter.trimmed ? found.map((text) => text.trim()) : found;
  },

  choice: (parameter, value, reading) => {
    if (
      value === undefined ||
      (value === null && !parameter.required && parameter.default === null)
    ) {
      return parameter.default;
    }
    return typeof value === 'string' && parameter.allowed.includes(value)
      ? value
      : wrongChoice(value, parameter.allowed, reading);
  },

  returning: (parameter, value, reading) => {
    const given = value === undefined ? parameter.default : value;
    if (typeof given === 'string' && Object.hasOwn(parameter.types, given)) return given;
    return wrongChoice(given, Object.keys(parameter.types), reading, parameter.renamed);
  },

  flag: (parameter, value, reading) => {
    if (value === undefined) return parameter.default;
    const scalar = value === null || asText(value) !== null;
    return scalar ? isTruthy(value) : wrong(describe(value), 'True or False', reading);
  },

  number: (parameter, value, reading) => {
    if (value === undefined || (value === null && !parameter.required)) return parameter.default;
    const number =
      typeof value === 'string' && value.trim() !== '' ? Number(value) : numberOf(value);
    if (number === null || !Number.isFinite(number))
      return wrong(describe(value), 'a number', reading);
    return parameter.whole ? Math.trunc(number) : number;
  },

  date: (parameter, value, { scope, position }) => {
    const date = readDate(scope, value ?? null, position);
    if (date === null) return undefined;
    if (parameter.only === undefined || isDay(scope, date, parameter.only)) return date;
    scope.faults.push(
      studyFaults.diagnose(
        'bad-date',
        {
          ...position,
          text: asText(value ?? null) ?? '',
          problem: `is not ${parameter.only}, the only day with such records`,
          remedy: `Write "${parameter.only}".`,
        },
        position.place,
      ),
    );
    return undefined;
  },

  episode: (_parameter, value, reading) => {
    if (value === undefined || value === null) return null;
    const days =
      typeof value === 'string'
        ? /^series of events each <= ([0-9]+) days apart\n?$/.exec(value)?.[1]
        : undefined;
    return days === undefined
      ? wrong(
          describe(value),
          '"series of events each <= N days apart", with a number for N',
          reading,
        )
      : Number(days);
  },

  'column-name': (_parameter, value, reading) =>
    typeof value === 'string' ? value : wrong(describe(value), 'the name of a column', reading),

  categories: (parameter, value, { scope, position }) => {
    const mapping = value ?? DEFAULT_CARE_HOME;
    const names = Object.keys(parameter.names);
    const read = readCategories(scope, position.column, mapping, position.place, names);
    if (read === null) return undefined;
    return { type: read.type, categories: read.categories, otherwise: read.otherwise };
  },

  matchers: (parameter, value, reading) => {
    const pairs = value === undefined ? null : pairsOf(value);
    if (value === undefined || pairs === null) {
      return wrong(describe(value), `a dictionary with ${parameter.keys.join(' or ')}`, reading);
    }
    const entries: [string, ArgumentValue][] = parameter.keys.map((key) => [key, null]);
    for (const [key, item] of pairs) {
      const entry = entries.find(([name]) => name === key);
      if (entry === undefined) return wrongChoice(key, parameter.keys, reading);
      const list = item === null ? null : textsOf(item, false, reading);
      if (list === undefined) return undefined;
      entry[1] = list === null || list.length === 0 ? null : list;
    }
    return Object.fromEntries(entries);
  },
};

/** Yes where the address is that of a potential care home. */
const DEFAULT_CARE_HOME: RecordedValue = {
  dict: [
    [1, 'IsPotentialCareHome'],
    [0, 'DEFAULT'],
  ],
};

export const isValueKind = (kind: Parameter['kind']): kind is ValueKind =>
  Object.hasOwn(readers, kind);

/** The value of a parameter; undefined when it is at fault, which has been reported. */
export function readParameter<K extends ValueKind>(
  kind: K,
  parameter: Parameter,
  value: RecordedValue | undefined,
  reading: Reading,
): ArgumentValue | undefined {
  // The reader is the one for this parameter's own kind.
  return readers[kind](parameter as KindOf<K>, value, reading);
}

/** A codelist; undefined when the value is none, null when it is one that is broken, which is reported. */
function codelistAt(
  value: RecordedValue | undefined,
  { scope, position }: Reading,
): Codelist | null | undefined {
  if (value === undefined || value === null || typeof value !== 'object') return undefined;
  if (!('codelist' in value)) return undefined;
  const read = scope.codelists[value.codelist];
  if (read === undefined) return undefined;
  if ('codelist' in read) return read.codelist;
  const values = { ...position, problem: read.problem };
  scope.faults.push(studyFaults.diagnose('broken-codelist', values, position.place));
  return null;
}

/** Texts of a text, a list, a tuple or a codelist. Undefined when the value is none of them, which is reported. */
function textsOf(
  value: RecordedValue,
  listOnly: boolean,
  reading: Reading,
): readonly string[] | undefined {
  const list = codelistAt(value, reading);
  if (list === null) return undefined;
  if (list !== undefined) {
    return listOnly && list.categories !== null
      ? wrong(
          'a codelist with categories',
          'a plain list or a codelist without categories',
          reading,
        )
      : list.codes;
  }
  if (listOnly && !Array.isArray(value)) {
    return isTruthy(value)
      ? wrong(describe(value), 'a list of texts, in square brackets', reading)
      : [];
  }
  const texts: string[] = [];
  for (const item of itemsOf(value) ?? [value]) {
    const text = typeof item === 'string' || numberOf(item) !== null ? asText(item) : null;
    if (text === null) return wrong(describe(item), 'text or a list of texts', reading);
    texts.push(text);
  }
  return texts;
}

function wrong(found: string, expected: string, { scope, position }: Reading): undefined {
  const values = { ...position, expected, found };
  scope.faults.push(studyFaults.diagnose('wrong-argument', values, position.place));
}

function wrongChoice(
  value: RecordedValue | undefined,
  allowed: readonly string[],
  { scope, position }: Reading,
  renamed: Readonly<Record<string, string>> = {},
): undefined {
  const near =
    typeof value === 'string' ? (renamed[value] ?? didYouMean(value, allowed) ?? null) : null;
  const values = { ...position, found: describe(value), near, allowed };
  scope.faults.push(
    studyFaults.diagnose('wrong-choice', values, position.place, near ?? undefined),
  );
}
