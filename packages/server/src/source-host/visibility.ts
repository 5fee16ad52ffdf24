import type { SourceHost } from './source-host.ts';

/** How long an answer counts, in milliseconds: so long code is still shown after its repository has been made private. */
const KNOWN_FOR = 600_000;
/** After so long it is asked again where nobody could tell. */
const UNKNOWN_FOR = 30_000;

interface Answer {
  readonly until: number;
  readonly isPublic: Promise<boolean>;
}

const answers = new WeakMap<SourceHost, Map<string, Answer>>();

/** Whether everybody may read a repository. What cannot be told counts as not. Never throws. */
export async function isPublicCode(sourceHost: SourceHost, repository: string): Promise<boolean> {
  const known = answers.get(sourceHost) ?? new Map<string, Answer>();
  answers.set(sourceHost, known);
  const before = known.get(repository);
  if (before !== undefined && performance.now() < before.until) return await before.isPublic;
  const asked = ask(sourceHost, repository);
  const isPublic = asked.then((answer) => answer === true);
  // Who asks meanwhile waits for the same answer.
  known.set(repository, { until: Number.POSITIVE_INFINITY, isPublic });
  const answer = await asked;
  const until = performance.now() + (answer === null ? UNKNOWN_FOR : KNOWN_FOR);
  known.set(repository, { until, isPublic });
  return await isPublic;
}

async function ask(sourceHost: SourceHost, repository: string): Promise<boolean | null> {
  try {
    return (await sourceHost.isPublic?.(repository)) ?? null;
  } catch {
    return null;
  }
}
