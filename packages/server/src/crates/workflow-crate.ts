/**
 * The study at a commit as a Workflow RO-Crate 1.0, which a Five Safes crate is about. It is small: project.yaml says what runs,
 * and the repository has the rest.
 */
import type { CodeFacts, JobRequestFacts } from './facts.ts';
import { type Crate, type Entity, refs, together } from './json-ld.ts';
import { codeName, hashIdentifier, toSecond } from './names.ts';
import { ids, placeEntities } from './run-entities.ts';
import { RO_CRATE_1_1, WORKFLOW_CRATE } from './vocabulary.ts';

/** A small file of a crate. */
export interface TextFile {
  /** Relative to the crate. */
  readonly path: string;
  readonly text: string;
}

/** Where it lies within another crate. */
export function workflowFolder({ commit }: CodeFacts): string {
  return `workflow/${commit}/`;
}

/** What the other crate says of it; nothing where the reader may not see the code, because it is not there then. */
export function workflowFolderEntities({ code }: JobRequestFacts): readonly Entity[] {
  if (code.definition === null) return [];
  const folder = workflowFolder(code);
  const title = `project.yaml of ${code.repository} at ${code.commit.slice(0, 7)}`;
  return [
    {
      '@id': folder,
      '@type': 'Dataset',
      name: title,
      description: 'The workflow as a crate of its own.',
      sameAs: refs(codeName(code)),
      conformsTo: refs(WORKFLOW_CRATE['@id']),
      hasPart: refs(`${folder}${PROJECT_FILE}`),
    },
    {
      '@id': `${folder}${PROJECT_FILE}`,
      '@type': 'File',
      name: title,
      description: 'Which actions there are, what each needs and what it writes.',
      contentSize: String(Buffer.byteLength(code.definition)),
      encodingFormat: 'application/yaml',
    },
  ];
}

/** Its files, with the text of project.yaml as it was at the commit. */
export function workflowCrate(facts: JobRequestFacts, definition: string): readonly TextFile[] {
  return [
    { path: 'ro-crate-metadata.json', text: jsonText(workflowMetadata(facts)) },
    { path: PROJECT_FILE, text: definition },
  ];
}

const PROJECT_FILE = 'project.yaml';

/** JSON as all exports write it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Describes the language for who has never seen it; there is no registered name to point to. */
const LANGUAGE = '#project-yaml';

function workflowMetadata(facts: JobRequestFacts): Crate {
  const { code, site, organisation } = facts;
  const graph: Entity[] = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      about: refs(ids.root),
      conformsTo: refs(RO_CRATE_1_1, WORKFLOW_CRATE['@id']),
    },
    {
      '@id': ids.root,
      '@type': 'Dataset',
      name: `${code.repository} at ${code.commit.slice(0, 7)}`,
      description: `The actions of the study ${code.repository} on the branch ${code.branch} at the commit ${code.commit}.`,
      identifier: hashIdentifier(code),
      datePublished: toSecond(facts.createdAt),
      license: refs(ids.licence(facts)),
      conformsTo: refs(WORKFLOW_CRATE['@id']),
      mainEntity: refs(PROJECT_FILE),
      hasPart: refs(PROJECT_FILE),
    },
    WORKFLOW_CRATE,
    {
      '@id': PROJECT_FILE,
      '@type': ['File', 'SoftwareSourceCode', 'ComputationalWorkflow'],
      name: PROJECT_FILE,
      codeRepository: code.repository,
      version: code.commit,
      programmingLanguage: refs(LANGUAGE),
      encodingFormat: 'application/yaml',
      creator: refs(organisation.url),
      url: code.url ?? undefined,
    },
    {
      '@id': LANGUAGE,
      '@type': 'ComputerLanguage',
      name: 'project.yaml',
      description: 'Actions, what they need and what they write, for secure environments.',
      url: site.url,
      version: site.version,
    },
    ...placeEntities(facts),
  ];
  return { '@context': `${RO_CRATE_1_1}/context`, '@graph': together(graph) };
}
