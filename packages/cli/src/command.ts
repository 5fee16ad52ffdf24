import type { Diagnostic } from '@vitrine/pipeline';

/** What a command answers. The program prints it, as text or as one JSON object. */
export interface CommandResult {
  /** For people, on standard output; ends with a line feed. */
  readonly text?: string;
  /** For `--json`; `diagnostics` are added. */
  readonly value?: Readonly<Record<string, unknown>>;
  readonly diagnostics?: readonly Diagnostic[];
  /** Set where the diagnostics alone do not decide it. */
  readonly exitCode?: number;
}
