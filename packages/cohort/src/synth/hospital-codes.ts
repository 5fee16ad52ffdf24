/** What rows of hospital care have in common: ethnic groups, and lists of codes of one row. */
import type { Draws } from './draws.ts';
import { slotsOf } from './primary-care-rows.ts';
import { SLOT_BITS, type VocabularyName } from './vocabulary.ts';

/** Letters of ethnic groups as hospitals write them; Z and 99 stand for not known. */
const ethnicGroups: readonly (readonly [string | null, number])[] = [
  ['A', 68],
  ['B', 1],
  ['C', 5],
  ['D', 0.5],
  ['E', 0.3],
  ['F', 0.4],
  ['G', 0.6],
  ['H', 3],
  ['J', 2.5],
  ['K', 1],
  ['L', 1.5],
  ['M', 1],
  ['N', 2],
  ['P', 0.6],
  ['R', 0.7],
  ['S', 1.4],
  ['Z', 5],
  ['99', 2],
  [null, 3],
];

/** A person mostly has one group, but one row in twelve says another. */
export function ethnicGroup(draws: Draws, stream: string): string {
  return `CASE WHEN ${draws.chance(`${stream} other group`, 'r', 0.08)} THEN ${draws.pick(`${stream} group`, 'r', ethnicGroups)}
    ELSE ${draws.pick('ethnic group', 'p', ethnicGroups)} END`;
}

/** A slot of a vocabulary for the `index`th code of a row. Half of them are the person's own, met again and again. */
export function slotOf({ bits, below }: Draws, stream: string, index: string): string {
  const own = `p * 16777216 + (${below(`${stream} own`, `r * 32 + ${index}`, 4)})`;
  return `CAST(CASE WHEN ${below(`${stream} whose`, `r * 32 + ${index}`, 2)} = 0
    THEN ${bits(`${stream} of person`, own)} ELSE ${bits(stream, `r * 32 + ${index}`)} END % ${2 ** SLOT_BITS} AS INTEGER)`;
}

/**
 * The codes of each row as one list, in the order of their index: relation of `r` and `codes`.
 *
 * @param rows - A relation with `p` and `r`.
 * @param count - How many codes a row has: an expression, 0 for none.
 */
export function codeLists(
  draws: Draws,
  name: VocabularyName,
  stream: string,
  rows: string,
  count: string,
): string {
  return `(SELECT r, list(code ORDER BY i) AS codes FROM (
      SELECT r, i, ${slotOf(draws, stream, 'i')} AS slot FROM (
        SELECT p, r, unnest(range(${count})) AS i FROM ${rows})) AS drawn
    JOIN ${slotsOf(name)} AS slots ON slots.slot = drawn.slot GROUP BY r)`;
}
