/** What a check says of a file. */
import { type RuleId, rules, type Severity } from './rules.ts';

/** Where in a file. All numbers count from 1. */
export interface FindingPlace {
  readonly line?: number;
  /** Row of a table, without its header. */
  readonly row?: number;
  /** Name of the column, or its number where it has no name. */
  readonly column?: string;
  /** The cell as a spreadsheet calls it, `B4`: the header is row 1. */
  readonly cell?: string;
  /** Part of a structured file: a JSON pointer, an element, a chunk of a picture. */
  readonly element?: string;
}

/** One thing that is wrong, or may be. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly place: FindingPlace;
  readonly message: string;
  readonly remedy: string;
}

/** What the checks say of one file. */
export interface FileReport {
  readonly path: string;
  /** True when nothing in it must not leave as it is. Warnings do not count. */
  readonly passes: boolean;
  /** The first of each rule, as many as the settings say. */
  readonly findings: readonly Finding[];
  /** How often each rule was met, all told. */
  readonly counts: Readonly<Partial<Record<RuleId, number>>>;
}

/** Collects the findings of one file. */
export class FindingList {
  readonly #perRule: number;
  readonly #findings: Finding[] = [];
  readonly #counts = new Map<RuleId, number>();

  constructor(perRule: number) {
    this.#perRule = perRule;
  }

  /** Whether a further finding of the rule would still be told singly; saves making words that nobody reads. */
  tells(rule: RuleId): boolean {
    return (this.#counts.get(rule) ?? 0) < this.#perRule;
  }

  /** @param words - The message and place; called only when the finding is told singly. */
  add(
    rule: RuleId,
    words: () => { readonly message: string; readonly place?: FindingPlace },
  ): void {
    if (this.tells(rule)) {
      const { severity, remedy } = rules[rule];
      const { message, place = {} } = words();
      this.#findings.push({ rule, severity, place, message, remedy });
    }
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1);
  }

  /** True when the rule was met at least once. */
  has(rule: RuleId): boolean {
    return this.#counts.has(rule);
  }

  report(path: string): FileReport {
    return {
      path,
      passes: [...this.#counts.keys()].every((rule) => rules[rule].severity !== 'error'),
      findings: this.#findings,
      counts: Object.fromEntries(this.#counts),
    };
  }
}
