import { isDatabaseAction, type Pipeline } from '@vitrine/pipeline';
import type { SourceHost } from '../source-host/source-host.ts';
import type { CodelistSite } from './codelist-site.ts';

/** What is known of the codelists of a study at a commit (job-server §2.6). */
export interface CodelistState {
  /** False where they are known to be out of date: actions that read the database are refused then. */
  readonly isOk: boolean;
  /** What the person should know; null where all is well. */
  readonly warning: string | null;
}

const FINE: CodelistState = { isOk: true, warning: null };

/**
 * Asks the codelist site about the lists of a study. Where it does not answer, the request goes on with a warning: a site that
 * is down must not stop research. Studies without lists, and those that read no database, are not asked about.
 */
export async function checkStudyCodelists(
  site: CodelistSite | undefined,
  sourceHost: SourceHost,
  { repository, commit }: { readonly repository: string; readonly commit: string },
  pipeline: Pipeline,
): Promise<CodelistState> {
  if (site === undefined || ![...pipeline.actions.values()].some(isDatabaseAction)) return FINE;
  const [list, manifest] = await Promise.all(
    ['codelists/codelists.txt', 'codelists/codelists.json'].map(
      async (path) => await sourceHost.readFile(repository, commit, path),
    ),
  );
  if (!list && !manifest) return FINE;
  if (!list || !manifest) {
    const missing = list ? 'codelists.json' : 'codelists.txt';
    return { isOk: false, warning: `The folder codelists has no ${missing}.` };
  }
  const verdict = await site.check(list, manifest);
  switch (verdict.kind) {
    case 'ok':
      return FINE;
    case 'stale': {
      const names = verdict.lists.slice(0, 5).join(', ');
      const rest = verdict.lists.length > 5 ? ` and ${verdict.lists.length - 5} more` : '';
      return {
        isOk: false,
        warning: `The codelists are out of date${names === '' ? '' : `: ${names}${rest}`}. Update them with \`opensafely codelists update\`, commit and push.`,
      };
    }
    case 'unknown':
      return {
        isOk: true,
        warning: `Whether the codelists are up to date could not be checked: ${verdict.reason}.`,
      };
  }
}
