/** Conditions of the kind that planners treat specially: sets, and bounds that the index date gives. */
import { constant, indexDate, ofPatient, operation } from '../model/build.ts';
import type { RowValue } from '../model/model.ts';
import type { Draw } from './draw.ts';
import { drawCell } from './random-cells.ts';
import type { Known, ValueMaker } from './random-scope.ts';
import { drawMembership } from './random-values.ts';

/** A condition of the kind that studies have: a set, and bounds that the index date gives. */
export function drawUsualCondition(draw: Draw, from: Known, values: ValueMaker): RowValue {
  const day = (): RowValue =>
    draw.chance(50)
      ? operation('day-of', values.ofRow('datetime', from, 0, false))
      : values.ofRow('date', from, 0, false);
  const date = day();
  if (draw.chance(35)) return drawInterval(draw, date);
  const bounds = draw.some<() => RowValue>(
    [
      () => operation(draw.pick(['less-or-equal', 'less']), date, drawBound(draw, from, values)),
      () =>
        operation(draw.pick(['greater-or-equal', 'greater']), date, drawBound(draw, from, values)),
      () => drawMembership(draw, values.ofRow('str', from, 0, false)),
      () =>
        operation(draw.pick(['less-or-equal', 'greater']), day(), drawBound(draw, from, values)),
      () => operation('equal', date, drawBound(draw, from, values)),
    ],
    40,
  );
  return operation('and', constant('bool', true), ...bounds.map((bound) => bound()));
}

/** A stretch of days around the index date, often so short that a row counts at few dates. */
function drawInterval(draw: Draw, date: RowValue): RowValue {
  const low = draw.whole(-30, 3);
  const length = draw.pick([6, 0, 10, 20, 40, 400]);
  const at = (days: number): RowValue => operation('add-days', indexDate, constant('int', days));
  return operation(
    'and',
    operation(draw.pick(['greater-or-equal', 'greater']), date, at(low)),
    operation(draw.pick(['less-or-equal', 'less']), date, at(low + length)),
  );
}

function drawBound(draw: Draw, from: Known, values: ValueMaker): RowValue {
  const start: RowValue = draw.chance(20)
    ? operation(
        draw.pick([
          'first-day-of-month',
          'last-day-of-month',
          'first-day-of-nhs-financial-year',
          'last-day-of-school-year',
        ]),
        indexDate,
      )
    : indexDate;
  if (draw.chance(12)) return constant('date', drawCell(draw, 'date'));
  if (from.ofPatients && draw.chance(12)) return ofPatient(values.ofPatient('date', 1, false));
  if (draw.chance(40)) return start;
  const [by, most] = draw.pick([
    ['add-days', 40],
    ['add-months', 3],
    ['add-years', 1],
  ]);
  return operation(by, start, constant('int', draw.whole(-most, most)));
}
