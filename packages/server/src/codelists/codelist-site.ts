/** Where codelists come from: the seam through which the server asks whether those of a study are still the newest. */
import { z } from 'zod';
import { Kept } from '../source-host/kept.ts';

/** What the codelist site says of a study's lists. */
export type CodelistVerdict =
  | { readonly kind: 'ok' }
  /** Names of lists that were added, removed or changed since they were fetched; may be empty where it does not tell. */
  | { readonly kind: 'stale'; readonly lists: readonly string[] }
  /** Nobody knows: the site did not answer, or not in words that we understand. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface CodelistSite {
  /**
   * Never throws, and never takes longer than the patience that it was made with.
   * @param list - text of codelists.txt
   * @param manifest - text of codelists.json
   */
  check(list: string, manifest: string): Promise<CodelistVerdict>;
}

/** How long the site may take, in milliseconds: somebody waits for their job request. */
export const CODELIST_PATIENCE: number = 2_000;

/** Most characters of an answer. */
const ANSWER_LIMIT = 1_000_000;

const answerSchema = z.object({
  status: z.string(),
  data: z
    .object({
      added: z.array(z.string()).optional(),
      removed: z.array(z.string()).optional(),
      changed: z.array(z.string()).optional(),
      error: z.string().optional(),
    })
    .optional(),
});

/** What was found in order so lately, in milliseconds, is not asked again: a form and its submission ask one after another. */
const OK_FOR = 60_000;

/** The API of OpenCodelists, at its address (`https://www.opencodelists.org/api/v1`). */
export function openCodelists(address: string, patience: number = CODELIST_PATIENCE): CodelistSite {
  const inOrder = new Kept<{ readonly at: number }>(1000);
  return {
    check: async (list, manifest) => {
      const key = `${list}\0${manifest}`;
      const known = inOrder.get(key);
      if (known !== undefined && performance.now() - known.at < OK_FOR) return { kind: 'ok' };
      const verdict = await ask(address, list, manifest, patience);
      if (verdict.kind === 'ok') inOrder.set(key, { at: performance.now() }, 1);
      return verdict;
    },
  };
}

async function ask(
  address: string,
  list: string,
  manifest: string,
  patience: number,
): Promise<CodelistVerdict> {
  try {
    const answer = await fetch(`${address.replace(/\/$/, '')}/check/`, {
      method: 'POST',
      body: new URLSearchParams({ codelists: list, manifest }),
      headers: { accept: 'application/json', 'user-agent': 'vitrine' },
      signal: AbortSignal.timeout(patience),
    });
    if (!answer.ok) return unknown(`it answered ${answer.status}`);
    const text = await answer.text();
    if (text.length > ANSWER_LIMIT) return unknown('its answer is too long');
    const { status, data } = answerSchema.parse(JSON.parse(text));
    if (status === 'ok') return { kind: 'ok' };
    const { added = [], removed = [], changed = [] } = data ?? {};
    return { kind: 'stale', lists: [...changed, ...added, ...removed].slice(0, 50) };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    if (isLate) return unknown(`it did not answer within ${patience / 1000} s`);
    return unknown(
      error instanceof TypeError ? 'it cannot be reached' : 'its answer is not understood',
    );
  }
}

function unknown(reason: string): CodelistVerdict {
  return { kind: 'unknown', reason };
}
