/**
 * The study at a commit as a Workflow RO-Crate 1.0, which a Five Safes crate is about. It is small: project.yaml says what runs,
 * and the repository has the rest.
 */
import type { JobRequestFacts } from './facts.ts';
import { type Crate, type Entity, refs, together } from './json-ld.ts';
import { codeName, hashIdentifier, toSecond } from './names.ts';
import { ids, placeEntities } from './run-entities.ts';
import { CONTEXT, RO_CRATE, WORKFLOW_CRATE } from './vocabulary.ts';

/** A small file of a crate. */
export interface TextFile {
  /** Relative to the crate. */
  readonly path: string;
  readonly text: string;
}

/** The folder of the workflow within another crate. */
export function workflowFolder({ code }: JobRequestFacts): Entity {
  return {
    '@id': `workflow/${code.commit}/`,
    '@type': 'Dataset',
    name: `project.yaml of ${code.repository} at ${code.commit.slice(0, 7)}`,
    sameAs: refs(codeName(code)),
    conformsTo: refs(WORKFLOW_CRATE['@id']),
  };
}

/**
 * Its files: the metadata, and project.yaml where the reader may see the code. Where not, the metadata points to where the code
 * lies.
 */
export function workflowCrate(facts: JobRequestFacts): readonly TextFile[] {
  const { definition } = facts.code;
  const metadata = { path: 'ro-crate-metadata.json', text: jsonText(workflowMetadata(facts)) };
  return definition === null ? [metadata] : [metadata, { path: 'project.yaml', text: definition }];
}

/** JSON as all exports write it. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Describes the language for who has never seen it; there is no registered name to point to. */
const LANGUAGE = '#project-yaml';

function workflowMetadata(facts: JobRequestFacts): Crate {
  const { code, site, organisation } = facts;
  const workflow = code.definition === null ? codeName(code) : 'project.yaml';
  const graph: Entity[] = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      about: refs(ids.root),
      conformsTo: refs(RO_CRATE, WORKFLOW_CRATE['@id']),
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
      mainEntity: refs(workflow),
      hasPart: refs(workflow),
    },
    WORKFLOW_CRATE,
    {
      '@id': workflow,
      '@type': ['File', 'SoftwareSourceCode', 'ComputationalWorkflow'],
      name: 'project.yaml',
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
  return { '@context': CONTEXT, '@graph': together(graph) };
}
