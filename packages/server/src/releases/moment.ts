/** A moment as messages of the boundary have it, to the second (promise P3): `2022-05-12T09:30:00Z`. */
export function wholeSecond(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
