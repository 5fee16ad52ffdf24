/** Which executor runs a runtime here, and why. Pure: what was found is passed in. */

/** Whether one of the two could be used. `remedy` says how to get it where it could not. */
export type Finding =
  | { readonly usable: true; readonly words: string }
  | { readonly usable: false; readonly words: string; readonly remedy: string };

export interface ExecutorFindings {
  /** The setting `executor`. */
  readonly configured: 'auto' | 'docker' | 'sandbox';
  /** The engine answers. */
  readonly engine: Finding;
  /** The runtime's image is on the engine. Means nothing when the engine does not answer. */
  readonly image: Finding;
  /** bubblewrap works here. */
  readonly sandbox: Finding;
  /** The machine's own programs make up the runtime. */
  readonly programs: Finding;
}

/** The choice in words that `doctor` shows. `executor` null: neither can run it. */
export interface ExecutorChoice {
  readonly executor: 'docker' | 'sandbox' | null;
  readonly reasons: readonly string[];
  /** What to do to get what is missing; empty when the chosen one lacks nothing. */
  readonly remedies: readonly string[];
}

/** Configured; else docker when an engine answers and the image is there; else the sandbox. */
export function chooseExecutor(findings: ExecutorFindings): ExecutorChoice {
  const docker = [findings.engine, ...(findings.engine.usable ? [findings.image] : [])];
  const sandbox = [findings.sandbox, findings.programs];
  const choose = (
    executor: 'docker' | 'sandbox',
    parts: readonly Finding[],
    why: readonly string[],
  ): ExecutorChoice => ({
    executor: parts.every((part) => part.usable) ? executor : null,
    reasons: [...why, ...parts.map((part) => part.words)],
    remedies: remediesOf(parts),
  });
  switch (findings.configured) {
    case 'docker':
      return choose('docker', docker, ['the setting executor says docker']);
    case 'sandbox':
      return choose('sandbox', sandbox, ['the setting executor says sandbox']);
    case 'auto': {
      if (docker.every((part) => part.usable)) return choose('docker', docker, []);
      const obstacles = docker.filter((part) => !part.usable);
      const choice = choose(
        'sandbox',
        sandbox,
        obstacles.map((part) => part.words),
      );
      // With neither, either remedy will do.
      return choice.executor === null
        ? { ...choice, remedies: [...choice.remedies, ...remediesOf(obstacles)] }
        : choice;
    }
  }
}

function remediesOf(parts: readonly Finding[]): readonly string[] {
  return parts.flatMap((part) => (part.usable ? [] : [part.remedy]));
}
