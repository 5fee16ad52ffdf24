/** Registered deaths (cohort-extractor §1.8, 34–36; §7.5). */
import { aggregate, filter, inSet, textSet } from '../../model/build.ts';
import type { Rows, RowValue } from '../../model/model.ts';
import { type ColumnName, tableByName } from '../../tpp-schema/schema.ts';
import { isCodelist } from '../read-codelists.ts';
import { within } from './dates.ts';
import { type Answer, type Call, type Lower, noSuchValue } from './lowering.ts';
import { exists } from './matches.ts';
import { any, column, tppTable } from './nodes.ts';

const certificates = tppTable('ONS_Deaths');
const died = column('ONS_Deaths', 'dod');
const underlying = column('ONS_Deaths', 'icd10u');

const mentioned: readonly RowValue[] = Object.keys(tableByName['ONS_Deaths']?.columns ?? {})
  .filter((name) => /^ICD10\d{3}$/.test(name))
  .map((name) => column('ONS_Deaths', name as ColumnName<'ONS_Deaths'>));

export const diedFromAnyCause: Lower = (call) => registered(call, certificates);

/** The codes themselves, not those below them, as the underlying cause or, unless that alone is asked for, as any other. */
export const codesOnDeathCertificate: Lower = (call) => {
  const { codelist, match_only_underlying_cause: onlyUnderlying } = call.given;
  if (!isCodelist(codelist)) return registered(call, certificates);
  const set = textSet(codelist.codes);
  const causes = onlyUnderlying === true ? [underlying] : [underlying, ...mentioned];
  const condition = any<RowValue>(...causes.map((cause) => inSet(cause, set, 'exact')));
  return registered(call, filter(certificates, condition));
};

/** Where a death is registered twice, the smallest of each value counts. */
function registered(call: Call, of: Rows): Answer {
  const rows = within(of, died, call.period);
  switch (call.given['returning']) {
    case 'binary_flag':
      return { value: exists(rows) };
    case 'date_of_death':
      return { value: aggregate('minimum', rows, died) };
    case 'underlying_cause_of_death':
      return { value: aggregate('minimum', rows, underlying) };
    case 'place_of_death':
      return { value: aggregate('minimum', rows, column('ONS_Deaths', 'Place_of_occurrence')) };
    default:
      return noSuchValue(call);
  }
}

/** Deaths in hospital. Where lines disagree the last date counts; the original stops the query there. */
export const deathInCpns: Lower = (call) => {
  const day = column('CPNS', 'DateOfDeath');
  const rows = within(tppTable('CPNS'), day, call.period);
  switch (call.given['returning']) {
    case 'binary_flag':
      return { value: exists(rows) };
    case 'date_of_death':
      return { value: aggregate('maximum', rows, day) };
    default:
      return noSuchValue(call);
  }
};
