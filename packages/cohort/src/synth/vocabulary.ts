/**
 * Which codes there are and how often each is recorded: few very often, most seldom (Zipf's law). A vocabulary is laid out
 * on 2¹⁸ slots in proportion to its weights; a row draws a slot and joins its code.
 */
import type { StudyCodes } from './study-codes.ts';

/** Bits of a slot's number. */
export const SLOT_BITS = 18;

/** What the codes of a vocabulary are of. */
export type VocabularyName = 'snomed' | 'ctv3' | 'drug' | 'icd10' | 'opcs4' | 'emergency';

/** A code on its slots. */
export interface Entry {
  readonly code: string;
  /** First slot, and how many there are. */
  readonly from: number;
  readonly slots: number;
  /** Of the values that are recorded with the code; null where there are none. */
  readonly mean: number | null;
  readonly deviation: number | null;
}

interface Measured {
  readonly mean: number;
  readonly deviation: number;
}

/** Codes that have a meaning, and what is measured with them: published terms of the code systems. */
const known: Readonly<Record<VocabularyName, Readonly<Record<string, Measured | null>>>> = {
  snomed: {
    '271649006': { mean: 133, deviation: 18 }, // systolic blood pressure
    '271650006': { mean: 78, deviation: 11 }, // diastolic blood pressure
    '60621009': { mean: 27.4, deviation: 5.2 }, // body mass index
    '27113001': { mean: 79, deviation: 17 }, // weight, kg
    '50373000': { mean: 1.69, deviation: 0.1 }, // height, m
    '999791000000106': { mean: 45, deviation: 13 }, // HbA1c, mmol/mol
    '1000731000000107': { mean: 82, deviation: 23 }, // serum creatinine
    '364075005': { mean: 74, deviation: 12 }, // heart rate
    '431314004': { mean: 96.5, deviation: 2 }, // oxygen saturation
    '266919005': null, // never smoked
    '8517006': null, // ex-smoker
    '77176002': null, // smoker
    '38341003': null, // hypertension
    '44054006': null, // type 2 diabetes
    '195967001': null, // asthma
  },
  ctv3: {
    X76C7: { mean: 79, deviation: 17 }, // weight, kg
    '22A..': { mean: 79, deviation: 17 },
    XM01E: { mean: 1.69, deviation: 0.1 }, // height, m
    '229..': { mean: 1.69, deviation: 0.1 },
    '22K..': { mean: 27.4, deviation: 5.2 }, // body mass index
    '2469.': { mean: 133, deviation: 18 }, // systolic blood pressure
    '246A.': { mean: 78, deviation: 11 }, // diastolic blood pressure
    XaPbt: { mean: 45, deviation: 13 }, // HbA1c, mmol/mol
    'H33..': null, // asthma
    'C10..': null, // diabetes
  },
  drug: {},
  icd10: {
    U071: null,
    U072: null,
    J189: null,
    I10: null,
    E119: null,
    J459: null,
    N390: null,
    I219: null,
  },
  opcs4: { U071: null, E852: null, K401: null, W371: null, X292: null },
  emergency: {},
};

/** Codes without a meaning of their own, in the shape of their system. */
const invented: Readonly<Record<VocabularyName, (rank: number) => string>> = {
  snomed: (rank) => `${7_000_000 + rank * 37}00${rank % 10}`,
  // Two of a kind, which differ by case alone.
  ctv3: (rank) => {
    const word = letters(Math.floor(rank / 2) * 7919, 4);
    return `Y${rank % 2 === 0 ? word : swapCase(word)}`;
  },
  drug: (rank) => `${30_000_000 + rank * 3}1000001${100 + (rank % 9)}`,
  icd10: (rank) =>
    `${'ABCDEFGHIJKLMNQRSTZ'[rank % 19]}${String((rank * 7) % 100).padStart(2, '0')}${rank % 4 === 0 ? '' : rank % 10}`,
  opcs4: (rank) =>
    `${'ABCDEFGHJKLMNPQRSTVWX'[rank % 21]}${String((rank * 13) % 1000).padStart(3, '0')}`,
  emergency: (rank) => `${9_000_000 + rank * 41}00${rank % 10}`,
};

const sizes: Readonly<Record<VocabularyName, number>> = {
  snomed: 20_000,
  ctv3: 12_000,
  drug: 6_000,
  icd10: 1_500,
  opcs4: 1_000,
  emergency: 300,
};

/** Of all rows of a vocabulary, how many have a code of the study, where the study has any. */
export const STUDY_SHARE = 0.2;

/** Names of all vocabularies. */
export const vocabularyNames: readonly VocabularyName[] = Object.keys(sizes) as VocabularyName[];

/** A vocabulary with its codes on slots, in order of code within the study's and by falling frequency within the others. */
export function vocabularyOf(name: VocabularyName, codes: StudyCodes): readonly Entry[] {
  const ofStudy = [...new Set(codes[name])].toSorted();
  const meaning = new Map(Object.entries(known[name]));
  const others = new Set<string>(meaning.keys());
  for (let rank = 0; others.size < sizes[name] && rank < 4 * sizes[name]; rank++) {
    others.add(invented[name](rank));
  }
  for (const code of ofStudy) others.delete(code);
  const slots = 2 ** SLOT_BITS;
  const share = ofStudy.length === 0 ? 0 : Math.round(slots * STUDY_SHARE);
  return [
    ...layOut(ofStudy, 0, share, 0.6),
    ...layOut([...others], share, slots - share, 1.05),
  ].map((one) => {
    const measured = meaning.get(one.code) ?? (meaning.has(one.code) ? null : ofNoMeaning(one));
    return { ...one, mean: measured?.mean ?? null, deviation: measured?.deviation ?? null };
  });
}

/** Of codes that are not known here a third is recorded with values. */
function ofNoMeaning({ code }: { readonly code: string }): Measured | null {
  const number = [...code].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  return number % 3 === 0 ? { mean: 20 + (number % 120), deviation: 6 + (number % 9) } : null;
}

/** Spreads codes over some slots with frequencies of 1 / (rank + 8)^steepness; each has a slot while there are enough. */
function layOut(
  codes: readonly string[],
  start: number,
  slots: number,
  steepness: number,
): readonly { readonly code: string; readonly from: number; readonly slots: number }[] {
  const weights = codes.map((_, rank) => (rank + 8) ** -steepness);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spare = Math.max(0, slots - codes.length);
  const own = slots >= codes.length ? 1 : slots / codes.length;
  let reached = 0;
  let from = start;
  return codes.map((code, rank) => {
    reached += own + (spare * (weights[rank] ?? 0)) / total;
    const until = start + Math.round(reached);
    const entry = { code, from, slots: until - from };
    from = until;
    return entry;
  });
}

function swapCase(word: string): string {
  return word.replace(/[a-z]|([A-Z])/g, (letter, upper: string | undefined) =>
    upper === undefined ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function letters(number: number, count: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  let rest = number;
  let word = '';
  for (let index = 0; index < count; index++) {
    word = `${alphabet[rest % alphabet.length]}${word}`;
    rest = Math.floor(rest / alphabet.length);
  }
  return word;
}

/** The codes of weight, of which the canary patients have a row with the canary's value. */
export const canaryCodes = { snomed: '27113001', ctv3: 'X76C7' } as const;
