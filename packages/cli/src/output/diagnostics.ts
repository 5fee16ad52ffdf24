import { type Blame, type Diagnostic, FaultError, type Place } from '@vitrine/pipeline';
import type { Style } from './terminal.ts';

/** Exit codes of every command (design: product, command line). */
export const exitCodes = { done: 0, fault: 1, usage: 2, platform: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitCodeOf: Readonly<Record<Blame, ExitCode>> = {
  user: exitCodes.fault,
  data: exitCodes.fault,
  usage: exitCodes.usage,
  platform: exitCodes.platform,
};

/** The exit code that a set of diagnostics asks for: the gravest; warnings alone ask for 0. */
export function exitCodeFor(diagnostics: readonly Diagnostic[]): ExitCode {
  const codes = diagnostics
    .filter((diagnostic) => diagnostic.severity === 'error')
    .map((diagnostic) => exitCodeOf[diagnostic.blame]);
  return Math.max(exitCodes.done, ...codes) as ExitCode;
}

function placeText(place: Place | undefined): string {
  if (place?.file === undefined) return '';
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`;
  return `${place.file}${line}${column}`;
}

/**
 * One diagnostic as people read it:
 *
 *     project.yaml:12:5  error  The action "tables" needs "extrct", which does not exist.
 *         → Did you mean "extract"?  [unknown-need]
 */
export function renderDiagnostic(diagnostic: Diagnostic, style: Style): string {
  const place = placeText(diagnostic.place);
  const label =
    diagnostic.severity === 'warning' ? style('warn', 'warning') : style('bad', 'error');
  const head = [place === '' ? null : style('strong', place), label, diagnostic.message]
    .filter((part) => part !== null)
    .join('  ');
  const suggestion =
    diagnostic.suggestion === undefined ? '' : `\n    write: ${diagnostic.suggestion}`;
  return `${head}${suggestion}\n    → ${diagnostic.hint}  ${style('quiet', `[${diagnostic.code}]`)}\n`;
}

/** Errors before warnings, then by place, as a reader would mend them. */
export function inReadingOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const rank = (diagnostic: Diagnostic): [number, string, number, number] => [
    diagnostic.severity === 'error' ? 0 : 1,
    diagnostic.place?.file ?? '',
    diagnostic.place?.line ?? 0,
    diagnostic.place?.column ?? 0,
  ];
  return diagnostics.toSorted((left, right) => {
    const a = rank(left);
    const b = rank(right);
    return a[0] - b[0] || a[1].localeCompare(b[1]) || a[2] - b[2] || a[3] - b[3];
  });
}

export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: Style): string {
  return inReadingOrder(diagnostics)
    .map((diagnostic) => renderDiagnostic(diagnostic, style))
    .join('');
}

/** Every thrown thing as diagnostics. What is not a FaultError is a defect of ours, and says so. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] {
  if (error instanceof FaultError) return error.diagnostics;
  const message = error instanceof Error ? error.message : String(error);
  return [
    {
      code: 'platform-defect',
      blame: 'platform',
      severity: 'error',
      message: `Vitrine itself failed: ${message}`,
      hint: 'This is not your study’s fault. Run the same command again with VITRINE_DEBUG=1 and report what it prints.',
    },
  ];
}
