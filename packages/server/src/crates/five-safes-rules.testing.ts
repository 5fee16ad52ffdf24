/**
 * What the Five Safes RO-Crate profile 0.4 says that a crate MUST be, section by section, with the parts of it that SHOULD that
 * this project promises. There is no released validator for this profile, so its rules stand here; what it takes over from RO-Crate,
 * from Process Run Crate and from BagIt is judged by theirs.
 */
import type { Crate, Entity, Value } from './json-ld.ts';
import { PHASES } from './vocabulary.ts';

interface Rule {
  /** Anchor of the section in https://trefx.uk/5s-crate/0.4/. */
  readonly section: string;
  readonly says: string;
  /** Names of the entities that break it. */
  readonly broken: (graph: Graph) => readonly string[];
}

/** The entities of a crate by their names. */
class Graph {
  readonly entities: readonly Entity[];
  readonly #byId: ReadonlyMap<string, Entity>;

  constructor({ '@graph': entities }: Crate) {
    this.entities = entities;
    this.#byId = new Map(entities.map((entity) => [entity['@id'], entity]));
  }

  get(id: string): Entity | undefined {
    return this.#byId.get(id);
  }

  get root(): Entity {
    const about = this.get('ro-crate-metadata.json')?.['about'];
    return this.get(idsOf(about)[0] ?? '') ?? { '@id': 'no root', '@type': 'Nothing' };
  }

  ofType(type: string): readonly Entity[] {
    return this.entities.filter((entity) => hasType(entity, type));
  }
}

function idsOf(value: Value | undefined): readonly string[] {
  const all = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return all.flatMap((one) => (typeof one === 'object' && '@id' in one ? [one['@id']] : []));
}

function hasType(entity: Entity | undefined, type: string): boolean {
  return entity !== undefined && [entity['@type']].flat().includes(type);
}

/** Names of those of whom it is not true. */
const unless = (
  entities: readonly Entity[],
  isTrue: (entity: Entity) => boolean,
): readonly string[] => entities.filter((entity) => !isTrue(entity)).map((entity) => entity['@id']);

const STATUSES = ['Potential', 'Active', 'Completed', 'Failed'].map(
  (name) => `http://schema.org/${name}ActionStatus`,
);

const ACTIONS = ['AssessAction', 'CreateAction', 'UpdateAction', 'SendAction'];
const actionsOf = (graph: Graph): readonly Entity[] =>
  ACTIONS.flatMap((type) => graph.ofType(type));

/** Runs that the profile speaks of: those of the workflow that the crate is about. */
const runsOf = (graph: Graph): readonly Entity[] => {
  const main = idsOf(graph.root['mainEntity']);
  return graph
    .ofType('CreateAction')
    .filter(({ instrument }) => idsOf(instrument).some((id) => main.includes(id)));
};

/** Everything below the root, through folders. */
function partsOf(graph: Graph, id: string): readonly string[] {
  return idsOf(graph.get(id)?.['hasPart']).flatMap((part) => [part, ...partsOf(graph, part)]);
}

export const FIVE_SAFES_RULES: readonly Rule[] = [
  {
    section: 'metadata-file-expectations',
    says: 'the metadata file declares RO-Crate 1.2 or a later minor version',
    broken: (graph) =>
      unless([graph.get('ro-crate-metadata.json') ?? graph.root], ({ conformsTo }) =>
        idsOf(conformsTo).some((id) => /^https:\/\/w3id\.org\/ro\/crate\/1\.[2-9]$/.test(id)),
      ),
  },
  {
    section: 'metadata-file-expectations',
    says: 'the root data entity is named ./',
    broken: ({ root }) => unless([root], (entity) => entity['@id'] === './'),
  },
  {
    section: 'profile-conformance',
    says: 'the root says that it conforms to this version of the profile',
    broken: ({ root }) =>
      unless([root], ({ conformsTo }) =>
        idsOf(conformsTo).includes('https://w3id.org/5s-crate/0.4'),
      ),
  },
  {
    section: 'referencing-a-workflow-crate',
    says: 'mainEntity is one Dataset, a Workflow RO-Crate',
    broken: (graph) =>
      unless([graph.root], ({ mainEntity }) => {
        const [id = '', ...others] = idsOf(mainEntity);
        const main = graph.get(id);
        const profiles = idsOf(main?.['conformsTo']);
        return (
          others.length === 0 &&
          hasType(main, 'Dataset') &&
          profiles.every((profile) =>
            profile.startsWith('https://w3id.org/workflowhub/workflow-ro-crate/'),
          ) &&
          profiles.length === 1
        );
      }),
  },
  {
    section: 'finding-the-ro-crate-archive',
    says: 'where the workflow is an address, it can be downloaded as a zip archive',
    broken: (graph) =>
      unless(
        [graph.get(idsOf(graph.root['mainEntity'])[0] ?? '') ?? graph.root],
        ({ distribution }) =>
          idsOf(distribution).some((id) => graph.get(id)?.['encodingFormat'] === 'application/zip'),
      ),
  },
  {
    section: 'requested-workflow-run',
    says: 'the root mentions a CreateAction whose instrument is the workflow',
    broken: (graph) => {
      const mentioned = idsOf(graph.root['mentions']);
      const runs = runsOf(graph).filter((run) => mentioned.includes(run['@id']));
      return runs.length > 0 ? [] : ['./'];
    },
  },
  {
    section: 'requesting-agent',
    says: 'the agent of a run is a person, who represents an organisation',
    broken: (graph) =>
      unless(runsOf(graph), ({ agent }) => {
        const [id = ''] = idsOf(agent);
        const person = graph.get(id);
        const [affiliation = ''] = idsOf(person?.['affiliation']);
        return hasType(person, 'Person') && hasType(graph.get(affiliation), 'Organization');
      }),
  },
  {
    section: 'responsible-project',
    says: 'sourceOrganization is a Project, of which the agent of the run is a member',
    broken: (graph) => {
      const projects = idsOf(graph.root['sourceOrganization']);
      const agents = runsOf(graph).flatMap(({ agent }) => idsOf(agent));
      const isMember = (id: string): boolean =>
        idsOf(graph.get(id)?.['memberOf']).some((project) => projects.includes(project));
      return projects.length > 0 &&
        projects.every((id) => hasType(graph.get(id), 'Project')) &&
        agents.every(isMember)
        ? []
        : ['./'];
    },
  },
  {
    section: 'inputs',
    says: 'each input of a run has an entity',
    broken: (graph) =>
      unless(runsOf(graph), ({ object }) =>
        idsOf(object).every((id) => graph.get(id) !== undefined),
      ),
  },
  {
    section: 'outputs',
    says: 'each output of a run is described: a file has a name and a format',
    broken: (graph) =>
      unless(runsOf(graph), ({ result }) =>
        idsOf(result).every((id) => {
          const output = graph.get(id);
          return hasType(output, 'File')
            ? Boolean(output?.['name'] && output['encodingFormat'])
            : hasType(output, 'DigitalDocument');
        }),
      ),
  },
  {
    section: 'sensitive-data',
    says: 'what only the environment may read says so',
    broken: (graph) =>
      unless(graph.ofType('DigitalDocument'), ({ hasDigitalDocumentPermission }) =>
        idsOf(hasDigitalDocumentPermission).some(
          (id) => idsOf(graph.get(id)?.['grantee']).length > 0,
        ),
      ),
  },
  {
    section: 'review-process',
    says: 'each action has a name for people',
    broken: (graph) =>
      unless(actionsOf(graph), ({ name }) => typeof name === 'string' && name !== ''),
  },
  {
    section: 'review-process',
    says: 'each assessment is of the root, by somebody who has a name',
    broken: (graph) =>
      unless(
        graph.ofType('AssessAction'),
        ({ object, agent }) =>
          idsOf(object).includes('./') &&
          idsOf(agent).some((id) => graph.get(id)?.['name'] !== undefined),
      ),
  },
  {
    section: 'review-process',
    says: 'each assessment names its phase, by one of the terms of the profile',
    broken: (graph) =>
      unless(graph.ofType('AssessAction'), ({ additionalType }) =>
        idsOf(additionalType).some((id) => Object.values(PHASES).includes(id)),
      ),
  },
  {
    section: 'review-process',
    says: 'software that assesses names the organisation that it acts for',
    broken: (graph) => {
      const agents = new Set(actionsOf(graph).flatMap(({ agent }) => idsOf(agent)));
      return unless(
        graph.ofType('SoftwareApplication').filter((entity) => agents.has(entity['@id'])),
        ({ provider }) => idsOf(provider).some((id) => hasType(graph.get(id), 'Organization')),
      );
    },
  },
  {
    section: 'review-process',
    says: 'a completed assessment has its time, and times have a zone',
    broken: (graph) => {
      const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/;
      return unless(actionsOf(graph), (action) => {
        const { startTime, endTime } = action;
        const isOver = action['actionStatus'] === STATUSES[2] && hasType(action, 'AssessAction');
        return (
          [startTime, endTime].every((at) => at === undefined || moment.test(String(at))) &&
          (!isOver || endTime !== undefined)
        );
      });
    },
  },
  {
    section: 'execution-states',
    says: 'the status of an action is one of four texts',
    broken: (graph) =>
      unless(actionsOf(graph), ({ actionStatus }) => STATUSES.includes(String(actionStatus))),
  },
  {
    section: 'sign-off-phase',
    says: 'a sign-off is about the workflow and the project',
    broken: (graph) =>
      unless(
        graph
          .ofType('AssessAction')
          .filter(({ additionalType }) => idsOf(additionalType).includes(PHASES.signOff)),
        ({ object }) => {
          const types = idsOf(object).flatMap((id) => graph.get(id)?.['@type'] ?? []);
          return types.includes('Dataset') && types.includes('Project');
        },
      ),
  },
  {
    section: 'disclosure-phase',
    says: 'there are no outputs where no disclosure check has been completed',
    broken: (graph) => {
      const checked = graph
        .ofType('AssessAction')
        .some(
          ({ additionalType, actionStatus }) =>
            idsOf(additionalType).includes(PHASES.disclosure) && actionStatus === STATUSES[2],
        );
      const outputs = graph.ofType('File').filter((file) => file['@id'].startsWith('outputs/'));
      return checked ? [] : outputs.map((file) => file['@id']);
    },
  },
  {
    section: 'publishing-phase',
    says: 'the root mentions every assessment',
    broken: (graph) => {
      const mentioned = idsOf(graph.root['mentions']);
      return unless(graph.ofType('AssessAction'), (action) => mentioned.includes(action['@id']));
    },
  },
  {
    section: 'publishing-phase',
    says: 'hasPart has every file that a run gave',
    broken: (graph) => {
      const parts = new Set(partsOf(graph, graph.root['@id']));
      const results = graph.ofType('CreateAction').flatMap(({ result }) => idsOf(result));
      return results.filter((id) => hasType(graph.get(id), 'File') && !parts.has(id));
    },
  },
  {
    section: 'publishing-phase',
    says: 'the root has its date, its publisher and its terms of use',
    broken: (graph) =>
      unless(
        [graph.root],
        ({ datePublished, publisher, license }) =>
          datePublished !== undefined &&
          idsOf(publisher).length === 1 &&
          idsOf(license).every((id) => graph.get(id)?.['name'] !== undefined),
      ),
  },
  {
    section: 'bagit-expectations',
    says: 'nothing leads out of the crate',
    broken: (graph) =>
      unless(
        graph.entities,
        (entity) => !/(?:^|\/)\.\.(?:\/|$)/.test(entity['@id'].replace(/^https:.*/, '')),
      ),
  },
];

/** The rules that a crate breaks, each with the entities that break it. */
export function brokenRules(crate: Crate): readonly string[] {
  const graph = new Graph(crate);
  return FIVE_SAFES_RULES.flatMap(({ section, says, broken }) => {
    const names = broken(graph);
    return names.length === 0 ? [] : [`${section}: ${says} (${names.join(', ')})`];
  });
}
