/** What can go wrong when a study that reads well is put to the records. */
import {
  type Diagnostic,
  defineFaults,
  type FaultKind,
  type Faults,
  type Place,
} from '@vitrine/pipeline';

/** Notes a fault of the call or expression that is being lowered; it is given its place in the study's file. */
export type Refuse = (diagnose: (place: Place) => Diagnostic) => void;

type Values = {
  readonly 'function-without-records': { column: string; function: string };
  readonly 'value-not-in-records': { column: string; function: string; value: string };
  readonly 'text-is-no-number': { column: string; text: string };
  readonly 'period-ends-before-it-starts': { column: string; from: string; to: string };
};

type RecordFaultKinds = { readonly [Code in keyof Values]: FaultKind<Values[Code]> };

export const recordFaults: Faults<RecordFaultKinds> = defineFaults<RecordFaultKinds>({
  'function-without-records': {
    blame: 'platform',
    summary: 'A patients function that the database engine cannot put to the records.',
    message: ({ column, function: name }) =>
      `Column "${column}": the database engine does not know patients.${name}.`,
    hint: () => 'Report this: what the language accepts, the engine has to know.',
  },
  'value-not-in-records': {
    blame: 'platform',
    summary: 'A value that a patients function may return and the database engine cannot find.',
    message: ({ column, function: name, value }) =>
      `Column "${column}": the records behind patients.${name} have no "${value}".`,
    hint: () => 'Report this: what the language accepts, the engine has to know.',
  },
  'text-is-no-number': {
    blame: 'user',
    summary:
      'An expression compares or calculates with a text that is no number as if it were one.',
    message: ({ column, text }) =>
      `Column "${column}": the text '${text}' stands beside a number and is not one.`,
    hint: () => 'Compare numbers with numbers, without quotes, and text columns with text.',
  },
  'period-ends-before-it-starts': {
    blame: 'user',
    severity: 'warning',
    summary: 'A period ends before it starts, so that nothing can lie in it.',
    message: ({ column, from, to }) =>
      `Column "${column}": the period from ${from} to ${to} ends before it starts and finds nothing.`,
    hint: () => 'Swap the two dates, or shift one of them.',
  },
});
