/** Diagnostics as the lines that researchers know: the original's leading words, then place and remedy. */
import type { Diagnostic, FaultError, Place } from '@vitrine/pipeline';
import { dummyFaults } from '../dummy/faults.ts';

/** 0 done, 1 the study's fault, 2 wrong usage, 3 the platform's fault, 130 stopped (cohort-extractor §5.4). */
export const exitCodes = { done: 0, fault: 1, usage: 2, platform: 3, stopped: 130 } as const;

/** The lines of each diagnostic. Paths below `directory` are told relative to it. */
export function faultLines(
  diagnostics: readonly Diagnostic[],
  directory: string,
): readonly string[] {
  const told = (text: string): string => text.replaceAll(`${directory}/`, '');
  return diagnostics.flatMap((diagnostic) => {
    const place = placeText(diagnostic.place);
    return [
      `${leadingWords(diagnostic)}: ${told(diagnostic.message)}`,
      ...(place === '' ? [] : [`  at ${told(place)}`]),
      ...(diagnostic.suggestion === undefined ? [] : [`  write ${diagnostic.suggestion}`]),
      `  → ${told(diagnostic.hint)}  [${diagnostic.code}]`,
    ];
  });
}

/** The exit code that a thrown fault asks for; the gravest of its diagnostics. */
export function exitCodeOf({ diagnostics }: FaultError): number {
  const blames = new Set(diagnostics.map(({ blame }) => blame));
  if (blames.has('platform')) return exitCodes.platform;
  return blames.has('usage') ? exitCodes.usage : exitCodes.fault;
}

function leadingWords({ code, blame, severity }: Diagnostic): string {
  if (severity === 'warning') return 'Warning';
  if (blame === 'platform') return 'Platform error';
  if (code === 'definition-parameter-missing') return 'Missing --param error';
  return Object.hasOwn(dummyFaults.kinds, code) ? 'Dummy data error' : 'Validation error';
}

function placeText(place: Place | undefined): string {
  if (place?.file === undefined) return '';
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`;
  return `${place.file}${line}${column}`;
}
