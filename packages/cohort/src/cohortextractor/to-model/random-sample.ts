/**
 * A random part of the patients (cohort-extractor §1.8, 2).
 *
 * The original draws anew in every run. Here the draw is a function of the patient's identifier and the column's name, so
 * that the same study gives the same patients again, on every database and at every index date.
 */
import { operation, patientId } from '../../model/build.ts';
import type { PatientValue } from '../../model/model.ts';
import type { Lower } from './lowering.ts';
import { float, int } from './nodes.ts';

/** Largest prime whose square is below 2³¹, so that no product passes the integers of any database. */
const PRIME = 46_337;

/**
 * Rounds of scrambling. After two, samples of a million consecutive identifiers are as even, as mixed and as independent of
 * one another as fair draws.
 */
const ROUNDS = 2;

export const randomSample: Lower = ({ name, given }) => {
  const percent = Number(given['percent']);
  const salts = saltsOf(name);
  const low = operation('modulo', patientId, int(PRIME));
  const high = operation('modulo', operation('divide-integers', patientId, int(PRIME)), int(PRIME));
  let drawn: PatientValue = low;
  salts.forEach((salt, round) => {
    drawn = scrambled(added(drawn, int(salt)));
    // Identifiers that agree in their lower part are told apart by the upper one.
    if (round === 0) drawn = added(drawn, high);
  });
  return { value: operation('less', drawn, float((percent / 100) * PRIME)) };
};

function added(a: PatientValue, b: PatientValue): PatientValue {
  return operation('modulo', operation('add', a, b), int(PRIME));
}

/** The cube modulo the prime, which maps no two numbers to one because 3 does not divide the prime less 1. */
function scrambled(value: PatientValue): PatientValue {
  const square = operation('modulo', operation('multiply', value, value), int(PRIME));
  return operation('modulo', operation('multiply', square, value), int(PRIME));
}

/** Numbers below the prime that differ from name to name (FNV-1a). */
function saltsOf(name: string): readonly number[] {
  let hash = 0x811c9dc5;
  return Array.from({ length: ROUNDS }, (_, round) => {
    for (const byte of Buffer.from(`${round}${name}`)) {
      hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
    return hash % PRIME;
  });
}
