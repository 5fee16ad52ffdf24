/** Measured values over a period (cohort-extractor §1.8, 18–20; §7.4). */
import { aggregate, filter, operation } from '../../model/build.ts';
import type { AggregateFunction } from '../../model/model.ts';
import { besideRows, within } from './dates.ts';
import { codelistIn, eventsOf, eventsWith } from './events.ts';
import { type Lower, noSuchValue } from './lowering.ts';

export const meanRecordedValue: Lower = recordedValue('mean');
export const minRecordedValue: Lower = recordedValue('minimum');
export const maxRecordedValue: Lower = recordedValue('maximum');

/**
 * Over all values of the period, or over those of the latest day in it with any such event, whether or not that one has a
 * value. A recorded 0 is a value.
 */
function recordedValue(name: AggregateFunction): Lower {
  return (call) => {
    const { given, period } = call;
    const list = codelistIn(given, 'codelist');
    const { day, value, ...events } = eventsOf(call, 'codelist', list);
    if (value === null) return noSuchValue(call);
    const rows = within(eventsWith({ ...events, day, value }, list.codes), day, period);
    if (given['on_most_recent_day_of_measurement'] !== true) {
      return { value: aggregate(name, rows, value) };
    }
    const date = aggregate('maximum', rows, day);
    const onDate = filter(rows, operation('equal', day, besideRows(date)));
    return { value: aggregate(name, onDate, value), date };
  };
}
