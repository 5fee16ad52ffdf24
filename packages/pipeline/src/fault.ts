/**
 * What can go wrong, as data.
 *
 * Every package keeps one catalogue (`faults.ts`) of the faults it can report: a code, whose fault it is, what it means,
 * its message and its remedy. Nothing throws a bare string at a person. `docs/errors.md` is generated from the catalogues
 * and a test fails when it drifts.
 */

/** Whose fault it is. It decides the exit code: user and data 1, usage 2, platform 3. */
export type Blame = 'user' | 'data' | 'usage' | 'platform';

/** Where a fault lies. Lines and columns count from 1. */
export interface Place {
  /** Path as the researcher knows it, relative to the study where it lies inside. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** One fault, ready to be shown or sent as JSON. */
export interface Diagnostic {
  /** Stable kebab-case name, the key in its catalogue. */
  readonly code: string;
  readonly blame: Blame;
  readonly severity: 'error' | 'warning';
  /** One sentence: what is wrong. */
  readonly message: string;
  /** One sentence: what to do about it. */
  readonly hint: string;
  readonly place?: Place;
  /** Text to write instead of what stands at the place, where that is mechanical. */
  readonly suggestion?: string;
}

/** A catalogue entry: how one kind of fault reads. `P` are the values that its texts need. */
export interface FaultKind<P> {
  readonly blame: Blame;
  readonly severity?: 'error' | 'warning';
  /** What this code means in general, for the documentation. */
  readonly summary: string;
  readonly message: (values: P) => string;
  readonly hint: (values: P) => string;
}

type ValuesOf<K> = K extends FaultKind<infer P> ? P : never;

/** A package's catalogue with its two constructors. */
export interface Faults<T extends Record<string, FaultKind<never>>> {
  readonly kinds: T;
  /** Makes a diagnostic of the catalogue. */
  diagnose<C extends keyof T & string>(
    code: C,
    values: ValuesOf<T[C]>,
    place?: Place,
    suggestion?: string,
  ): Diagnostic;
  /** Makes the error that carries one such diagnostic. */
  error<C extends keyof T & string>(code: C, values: ValuesOf<T[C]>, place?: Place): FaultError;
}

/** Thrown when work cannot go on. Carries every fault found, at least one. */
export class FaultError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super(diagnostics.map((diagnostic) => diagnostic.message).join('\n'), options);
    this.name = 'FaultError';
    this.diagnostics = diagnostics;
  }
}

/** Turns a table of fault kinds into a catalogue. */
export function defineFaults<const T extends Record<string, FaultKind<never>>>(
  kinds: T,
): Faults<T> {
  const diagnose: Faults<T>['diagnose'] = (code, values, place, suggestion) => {
    // The values were checked against this very code by the signature; the table itself forgets which.
    const kind = kinds[code] as unknown as FaultKind<typeof values>;
    return {
      code,
      blame: kind.blame,
      severity: kind.severity ?? 'error',
      message: kind.message(values),
      hint: kind.hint(values),
      ...(place === undefined ? {} : { place }),
      ...(suggestion === undefined ? {} : { suggestion }),
    };
  };
  return {
    kinds,
    diagnose,
    error: (code, values, place) => new FaultError([diagnose(code, values, place)]),
  };
}
