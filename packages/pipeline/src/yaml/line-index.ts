import type { Place } from '../fault.ts';

/** Gives the place of an offset. Looks for the line starts only when first asked. */
export type PlaceOf = (offset: number) => Place;

/** @param file the name to put into every place, as the researcher knows it. */
export function linesOf(text: string, file?: string): PlaceOf {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const line = low + 1;
    const column = offset - (starts[low] ?? 0) + 1;
    return file === undefined ? { line, column } : { file, line, column };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
