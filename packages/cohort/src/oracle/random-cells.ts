/** Cells for random databases and models: few enough to meet each other, and close to every edge. */
import { dayOf } from '../calendar.ts';
import { textSet } from '../model/build.ts';
import type { TextSet, ValueType } from '../model/model.ts';
import type { Cell } from './cell.ts';
import type { Draw } from './draw.ts';

const MILLISECONDS_PER_DAY = 86_400_000;

const day = (iso: string): number => dayOf(iso) ?? 0;

/** Around this day most things happen. */
export const MIDDLE: number = day('2020-02-29');

const farDays = [
  day('1900-01-01'),
  day('9999-12-31'),
  day('1948-02-29'),
  day('2019-04-01'),
  day('2019-08-31'),
  day('2020-12-31'),
] as const;

const texts = [
  'a',
  'A',
  '',
  'b',
  'ab',
  'x a,B',
  'J12',
  ' J120 ',
  ',J12',
  '12',
  ' -3 ',
  '1.5',
  '.5e1',
  '+',
  '29/02/2020',
  '30/02/2020',
  '2020-02-29',
  '2020-03-01T10:00',
  '2020-03-010',
  'É',
  'é',
  '%',
  '_',
  '[a]',
  "'",
  '"',
  '\\',
  '\u{1f600}a',
  'null',
] as const;

const distances = [0, 1, 2, 7, 30, 31, 365, 366] as const;

/** A day close to the middle, or one of those that databases use as never and unknown. */
export function drawDay(draw: Draw): number {
  if (draw.chance(12)) return draw.pick(farDays);
  const distance = draw.chance(70) ? draw.whole(0, 40) : draw.pick(distances);
  return MIDDLE + (draw.chance(50) ? -distance : distance);
}

/** A value that is not null. Floats are quarters, so that sums of them are exact in any order. */
export function drawCell(draw: Draw, type: ValueType): Exclude<Cell, null> {
  switch (type) {
    case 'bool':
      return draw.chance(50);
    case 'int':
      return draw.chance(10) ? draw.pick([1000, -1000, 31, 13, 29]) : draw.whole(-3, 6);
    case 'float':
      return draw.whole(-12, 40) / 4;
    case 'str':
      return draw.pick(texts);
    case 'date':
      return drawDay(draw);
    case 'datetime': {
      const moment = draw.pick([0, 0, 43_200_000, MILLISECONDS_PER_DAY - 1]);
      return drawDay(draw) * MILLISECONDS_PER_DAY + moment;
    }
  }
}

/** A set of a few texts, sometimes of so many that an engine treats it otherwise. */
export function drawSet(draw: Draw, { categories }: { readonly categories: boolean }): TextSet {
  const few = Array.from({ length: draw.whole(0, 5) }, () => draw.pick(texts));
  const many = draw.chance(15) ? Array.from({ length: 60 }, (_, index) => `code${index}`) : [];
  const elements = [...few, ...many];
  return textSet(elements, {
    categories: categories ? elements.map(() => draw.pick(['', '1', '2', 'É'])) : null,
  });
}
