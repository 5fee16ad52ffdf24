import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyJobRequest, anyRelease, jobRequest, release, sealedRequest } from './facts.testing.ts';
import { jobRequestCrate, releaseCrate } from './five-safes.ts';
import { brokenRules, FIVE_SAFES_RULES } from './five-safes-rules.testing.ts';
import type { Crate, Entity } from './json-ld.ts';
import { jsonText } from './workflow-crate.ts';

const entity = (crate: Crate, id: string): Entity | undefined =>
  crate['@graph'].find((one) => one['@id'] === id);

test('any job request and any release keep every rule of the profile', () => {
  fc.assert(
    fc.property(anyJobRequest, (facts) => {
      expect(brokenRules(jobRequestCrate(facts))).toEqual([]);
    }),
  );
  fc.assert(
    fc.property(anyRelease, (facts) => {
      expect(brokenRules(releaseCrate(facts))).toEqual([]);
    }),
  );
});

test('the same facts give the same document, in which every name of the crate leads somewhere', () => {
  const isElsewhere = (id: string): boolean => /^(?:https?|urn|swh):/.test(id);
  fc.assert(
    fc.property(anyRelease, (facts) => {
      const text = jsonText(releaseCrate(facts));
      expect(jsonText(releaseCrate(facts))).toBe(text);
      const graph = releaseCrate(facts)['@graph'];
      const names = graph.map((one) => one['@id']);
      expect(new Set(names).size).toBe(names.length);
      const meant = [...text.matchAll(/"@id": ("(?:[^"\\]|\\.)*")/g)].map(([, id]) =>
        String(JSON.parse(id ?? '""')),
      );
      expect(meant.filter((id) => !isElsewhere(id) && !names.includes(id))).toEqual([]);
    }),
  );
});

/** One change to a whole crate for each rule, in the order of the rules: a rule that nothing breaks checks nothing. */
const change = (type: string, change: (entity: Entity) => Entity): ((crate: Crate) => Crate) => {
  return (crate) => ({
    ...crate,
    '@graph': crate['@graph'].map((one) =>
      [one['@type']].flat().includes(type) ? change(one) : one,
    ),
  });
};
const without =
  (...properties: readonly string[]) =>
  (one: Entity): Entity => ({
    ...one,
    ...Object.fromEntries(properties.map((property) => [property, undefined])),
  });
const nowhere = { '@id': '#nowhere' };
const atRoot = (also: (root: Entity) => Entity): ((crate: Crate) => Crate) =>
  change('Dataset', (one) => (one['@id'] === './' ? also(one) : one));

const mutations: readonly (readonly [string, (crate: Crate) => Crate])[] = [
  [
    'declares RO-Crate 1.2',
    change('CreativeWork', (one) => ({
      ...one,
      conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
    })),
  ],
  [
    'named ./',
    (crate) =>
      JSON.parse(JSON.stringify(crate).replaceAll('"./"', '"https://example.org/"')) as Crate,
  ],
  ['conforms to this version', atRoot(without('conformsTo'))],
  ['mainEntity is one Dataset', atRoot((root) => ({ ...root, mainEntity: nowhere }))],
  ['can be downloaded', change('DataDownload', without('encodingFormat'))],
  ['mentions a CreateAction', atRoot((root) => ({ ...root, mentions: nowhere }))],
  ['agent of a run is a person', change('Person', (one) => ({ ...one, '@type': 'Organization' }))],
  [
    'sourceOrganization is a Project',
    change('Project', (one) => ({ ...one, '@type': 'Organization' })),
  ],
  ['each input of a run', change('CreateAction', (one) => ({ ...one, object: nowhere }))],
  ['each output of a run', change('File', without('encodingFormat'))],
  [
    'only the environment may read',
    change('DigitalDocument', without('hasDigitalDocumentPermission')),
  ],
  ['a name for people', change('AssessAction', without('name'))],
  ['is of the root', change('AssessAction', without('object'))],
  ['names its phase', change('AssessAction', without('additionalType'))],
  ['names the organisation that it acts for', change('SoftwareApplication', without('provider'))],
  ['has its time', change('AssessAction', without('endTime'))],
  ['one of four texts', change('CreateAction', (one) => ({ ...one, actionStatus: 'done' }))],
  [
    'about the workflow and the project',
    change('AssessAction', (one) => ({ ...one, object: { '@id': './' } })),
  ],
  ['no outputs where no disclosure check', change('AssessAction', without('actionStatus'))],
  ['mentions every assessment', atRoot((root) => ({ ...root, mentions: nowhere }))],
  ['every file that a run gave', atRoot(without('hasPart'))],
  ['its date, its publisher', atRoot(without('datePublished'))],
  ['leads out of the crate', change('File', (one) => ({ ...one, '@id': '../fetch.txt' }))],
];

test('every rule has a change that breaks it', () => {
  expect(mutations).toHaveLength(FIVE_SAFES_RULES.length);
});

test.each(mutations)('sees that it is broken: %s', (rule, mutate) => {
  expect(brokenRules(mutate(releaseCrate(release)))).toEqual(
    expect.arrayContaining([expect.stringContaining(rule)]),
  );
});

test('a job request says who asked for what, which jobs ran in which image, and how each ended', () => {
  const crate = jobRequestCrate(jobRequest);
  const [, table, failed] = jobRequest.jobs;
  expect(entity(crate, table?.url ?? '')).toMatchObject({
    '@type': 'CreateAction',
    name: 'Run of the action make_tables',
    description: 'r:v2 analysis/tables.R',
    agent: { '@id': jobRequest.requestedBy.url },
    containerImage: { '@id': '#image-r%3Av2' },
    object: { '@id': `${jobRequest.jobs[0]?.url}#outputs` },
    startTime: '2026-05-04T11:30:01+00:00',
    endTime: '2026-05-04T11:31:00+00:00',
  });
  expect(entity(crate, failed?.url ?? '')).toMatchObject({
    actionStatus: 'http://schema.org/FailedActionStatus',
    error: 'It ran out of memory.',
  });
  const digest = jobRequest.jobs[0]?.image?.digest ?? '';
  expect(entity(crate, `#image-ehrql%3Av1@${digest}`)).toMatchObject({
    '@type': 'ContainerImage',
    name: 'ehrql',
    tag: 'v1',
    sha256: 'e'.repeat(64),
  });
});

test('P3: the crate of a job request names no output, and no time finer than a second', () => {
  fc.assert(
    fc.property(anyJobRequest, (facts) => {
      const crate = jobRequestCrate(facts, { hasFolders: true });
      const files = crate['@graph'].filter((one) => [one['@type']].flat().includes('File'));
      expect(files.every((one) => one['@id'].endsWith('/project.yaml'))).toBe(true);
      expect(jsonText(crate)).not.toMatch(/T\d\d:\d\d:\d\d\.\d/);
    }),
  );
});

test('code that its reader may not see is named by its hash, and is not in the crate', () => {
  const crate = jobRequestCrate(sealedRequest, { hasFolders: true });
  expect(entity(crate, './')?.['mainEntity']).toEqual({
    '@id': 'swh:1:rev:0123456789abcdef0123456789abcdef01234567',
  });
  expect(crate['@graph'].some((one) => one['@id'].startsWith('workflow/'))).toBe(false);
});

test('P4: a release has its files with their hashes, each approval with its time, and who let them out', () => {
  const crate = releaseCrate(release);
  const [first] = release.files;
  expect(entity(crate, 'outputs/tables/age%20by%20sex.csv')).toMatchObject({
    '@type': 'File',
    name: 'tables/age by sex.csv',
    description: 'Written by the action make_tables.',
    contentSize: String(first.bytes),
    encodingFormat: 'text/csv',
    sha256: first.sha256,
  });
  const assessments = crate['@graph'].filter((one) => one['@type'] === 'AssessAction');
  expect(assessments.map(({ name, endTime }) => [name, endTime])).toEqual([
    [
      'Check of project.yaml and of the actions that were asked for: accepted',
      '2026-05-04T09:59:58+00:00',
    ],
    [
      'Sign-off: Ada Lovelace may run this study for the project NHS@home: approved',
      '2026-05-04T09:59:58+00:00',
    ],
    ['Disclosure check of 2 files by Grace Hopper: approved', '2026-05-04T13:00:00+00:00'],
    ['Disclosure check of 2 files by Mary Seacole: approved', '2026-05-04T14:00:00+00:00'],
    [
      'Comparison of the bytes of 2 files with the approved SHA-256: equal',
      '2026-05-04T14:05:09+00:00',
    ],
  ]);
  expect(crate['@graph'].find((one) => one['@type'] === 'SendAction')).toMatchObject({
    agent: { '@id': release.releasedBy.url },
    endTime: '2026-05-04T14:05:10+00:00',
  });
});
