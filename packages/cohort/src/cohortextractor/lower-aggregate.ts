/** `maximum_of` and `minimum_of` (cohort-extractor §1.8, 46 and 47). */
import { studyFaults } from './faults.ts';
import { type CallColumn, type Lowered, NOTHING } from './lowered.ts';
import { readArguments } from './read-arguments.ts';
import { describe } from './recorded-value.ts';
import { type KnownColumn, lookUp, type Scope } from './scope.ts';

export function lowerAggregate(
  scope: Scope,
  { name, call, inputs, rule, place }: CallColumn,
): Lowered {
  readArguments(scope, name, call, rule);
  const refuse = (problem: string, remedy: string): void => {
    scope.faults.push(
      studyFaults.diagnose('bad-aggregate', { column: name, problem, remedy }, place),
    );
  };
  if (inputs.length === 0) {
    refuse(`patients.${call.function} is given no columns`, 'Name at least one column.');
    return NOTHING;
  }

  const columns: { name: string; known: KnownColumn }[] = [];
  for (const input of inputs) {
    if (typeof input !== 'string') {
      refuse(`an input is ${describe(input)}`, 'Give names of columns, or dates, in quotes.');
      continue;
    }
    const column = lookUp(scope, name, input, `patients.${call.function}`, place);
    if (column !== null) columns.push({ name: input, known: column });
  }

  const typed = columns.filter(({ known: { type } }) => type !== null);
  const [first] = typed;
  const otherType = typed.find(({ known: { type } }) => type !== first?.known.type);
  if (first === undefined) return NOTHING;
  if (otherType !== undefined) {
    refuse(
      `"${first.name}" is of type ${first.known.type} and "${otherType.name}" of type ${otherType.known.type}`,
      'All columns of a maximum or minimum have to be of one type.',
    );
    return NOTHING;
  }
  // The format of a column at fault is not known.
  const [model, ...others] = typed.filter(({ known: { sound } }) => sound);
  const otherFormat = others.find(({ known }) => known.dateFormat !== model?.known.dateFormat);
  if (model !== undefined && otherFormat !== undefined) {
    refuse(
      `"${model.name}" has dates as ${model.known.dateFormat} and "${otherFormat.name}" as ${otherFormat.known.dateFormat}`,
      'Give all of them the same date_format; dates written in the call count as YYYY-MM-DD.',
    );
  }
  return {
    type: first.known.type,
    dateFormat: first.known.dateFormat,
    definition: {
      kind: 'aggregate',
      function: call.function === 'maximum_of' ? 'maximum' : 'minimum',
      inputs: columns.map((column) => column.name),
    },
  };
}
