import type { ParsedProject } from '@vitrine/pipeline';
import { type Html, highlightYaml, type RepositoryLinks } from '@vitrine/web';
import { readProject } from '../source-host/read-project.ts';

interface Known {
  readonly parsed: ParsedProject;
  /** As it was shown last, and with links to where. */
  shown: { readonly of: string; readonly html: Html } | null;
}

/** How many different project.yaml are kept read: those of the pages that people look at now. */
const KEPT = 100;
const known = new Map<string, Known>();

/** Reads a project.yaml; the same text is read once. */
export function readDefinition(text: string): ParsedProject {
  return remember(text).parsed;
}

/**
 * A project.yaml in colour; the same text is coloured once. Where files have pages of their own, scripts in run lines lead to
 * those of the commit.
 */
export function showDefinition(
  text: string,
  links: RepositoryLinks | null = null,
  commit = '',
): Html {
  const entry = remember(text);
  const of = links === null ? '' : links.tree(commit);
  if (entry.shown?.of !== of) {
    const fileAddress = (path: string): string => links?.file(commit, path) ?? '';
    entry.shown = { of, html: highlightYaml(text, links === null ? {} : { fileAddress }) };
  }
  return entry.shown.html;
}

function remember(text: string): Known {
  const entry = known.get(text) ?? { parsed: readProject(text), shown: null };
  // Taken out and put in again, so that the first key is always the one not used for longest.
  known.delete(text);
  known.set(text, entry);
  if (known.size > KEPT) known.delete(known.keys().next().value ?? '');
  return entry;
}
