import { type ParsedProject, parseProject } from '@vitrine/pipeline';
import { Kept } from './kept.ts';

/** Most characters of project.yaml that stay read: a hundred of 5,000 actions. */
const known = new Kept<ParsedProject>(120_000_000);

/** Reads a project.yaml; the same text is read once, by the form, by the request and by its page. */
export function readProject(text: string): ParsedProject {
  return known.get(text) ?? known.set(text, parseProject(text), text.length);
}
