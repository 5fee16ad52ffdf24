/**
 * Randomness as SQL expressions. A draw is a hash of the seed, the name of what is drawn and the number of the row, so it
 * depends on nothing else: not on the order of work, the number of threads or the size of a slice. Rows that were never
 * kept can be drawn again wherever they are needed.
 */
import { createHash } from 'node:crypto';

/** Expressions of DuckDB's SQL. `stream` names what is drawn; `key` is an expression of the row's number. */
export interface Draws {
  /** 64 random bits, as UBIGINT. */
  bits(stream: string, key: string): string;
  /** A DOUBLE from 0 up to, not including, 1. */
  uniform(stream: string, key: string): string;
  /** An INTEGER from 0 up to, not including, `count`, which may be an expression. */
  below(stream: string, key: string, count: number | string): string;
  /** A BOOLEAN that is true with a probability, to six digits. */
  chance(stream: string, key: string, probability: number): string;
  /** One of some values in proportion to their weights; null is NULL. */
  pick(stream: string, key: string, values: readonly (readonly [string | null, number])[]): string;
  /** An INTEGER from 0 up with a long tail (exponential, rounded down); `mean` may be an expression. */
  tail(stream: string, key: string, mean: number | string): string;
}

/** A text as a literal. */
export function text(value: string | null): string {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}

/** The draws of a seed. */
export function drawsOf(seed: number): Draws {
  const bits: Draws['bits'] = (stream, key) => {
    const salt = createHash('sha256').update(`${seed}/${stream}`).digest().readBigUInt64BE();
    // One number goes in: of several, DuckDB combines the hashes so that streams would differ by a constant only.
    return `hash(xor(CAST(${key} AS UBIGINT), ${salt}::UBIGINT))`;
  };
  const uniform: Draws['uniform'] = (stream, key) =>
    `(CAST(${bits(stream, key)} >> 11 AS DOUBLE) * ${2 ** -53})`;
  const below: Draws['below'] = (stream, key, count) =>
    `CAST(${bits(stream, key)} % CAST(${count} AS UBIGINT) AS INTEGER)`;
  return {
    bits,
    uniform,
    below,
    chance: (stream, key, probability) =>
      `(${bits(stream, key)} % 1000000 < ${Math.round(probability * 1e6)})`,
    pick: (stream, key, values) => {
      const total = values.reduce((sum, [, weight]) => sum + weight, 0);
      const last = values.at(-1)?.[0] ?? null;
      const drawn = below(stream, key, 1_000_000);
      let passed = 0;
      const cases = values.slice(0, -1).map(([value, weight]) => {
        passed += weight;
        return `WHEN ${drawn} < ${Math.round((passed / total) * 1e6)} THEN ${text(value)}`;
      });
      return cases.length === 0 ? text(last) : `CASE ${cases.join(' ')} ELSE ${text(last)} END`;
    },
    tail: (stream, key, mean) =>
      `CAST(floor(-(${mean}) * ln(1 - ${uniform(stream, key)})) AS INTEGER)`,
  };
}
