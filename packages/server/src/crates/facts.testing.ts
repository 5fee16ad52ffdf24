/** Facts for the tests of the exports: one story that reads well, and any number that nobody thought of. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type {
  CodeFacts,
  JobFacts,
  JobRequestFacts,
  Named,
  PlaceFacts,
  ReleasedFileFacts,
  ReleaseFacts,
} from './facts.ts';

const site = 'https://jobs.example.org';
const at = (time: string): Date => new Date(`2026-05-04T${time}Z`);
const person = (name: string): Named => ({
  name,
  url: `${site}/people/${encodeURIComponent(name.toLowerCase().replaceAll(' ', '-'))}`,
});

export const place: PlaceFacts = {
  site: { url: site, name: 'Vitrine', version: '0.1.0' },
  organisation: { url: `${site}/organisations/bennett`, name: 'Bennett Institute' },
  project: { url: `${site}/projects/nhs-at-home`, name: 'NHS@home', number: '42' },
  workspace: { url: `${site}/workspaces/nhs_at_home_main`, name: 'nhs_at_home_main' },
  backend: { url: `${site}/status#tpp`, name: 'TPP' },
  licence: null,
};

const commit = '0123456789abcdef0123456789abcdef01234567';
const extract: JobFacts = {
  url: `${site}/jobs/aaaaaaaaaaaaaaaa`,
  identifier: 'aaaaaaaaaaaaaaaa',
  action: 'generate_population',
  runCommand: 'ehrql:v1 generate-dataset analysis/dataset.py',
  state: 'succeeded',
  failure: null,
  startedAt: at('10:00:03.417'),
  finishedAt: at('11:30:00'),
  image: { name: 'ehrql:v1', digest: `sha256:${'e'.repeat(64)}` },
  needs: [],
};
const table: JobFacts = {
  url: `${site}/jobs/bbbbbbbbbbbbbbbb`,
  identifier: 'bbbbbbbbbbbbbbbb',
  action: 'make_tables',
  runCommand: 'r:v2 analysis/tables.R',
  state: 'succeeded',
  failure: null,
  startedAt: at('11:30:01'),
  finishedAt: at('11:31:00'),
  image: { name: 'r:v2', digest: null },
  needs: [extract.url],
};
const failed: JobFacts = {
  ...table,
  url: `${site}/jobs/cccccccccccccccc`,
  identifier: 'cccccccccccccccc',
  action: 'draw',
  runCommand: 'python:v2 analysis/draw.py',
  state: 'failed',
  failure: 'It ran out of memory.',
  image: null,
};

/** Everything went well but the last job. Its repository has a page, and may be read. */
export const jobRequest: JobRequestFacts = {
  ...place,
  url: `${site}/job-requests/7`,
  number: 7,
  identifier: 'abcdefghij234567',
  requestedBy: person('Ada Lovelace'),
  requestedActions: ['make_tables', 'draw'],
  forceRunDependencies: false,
  code: {
    repository: 'https://github.com/example/nhs-at-home',
    branch: 'main',
    commit,
    url: `https://github.com/example/nhs-at-home/tree/${commit}`,
    definition: 'version: "4.0"\nactions:\n  make_tables:\n    outputs: {}\n',
  },
  status: 'failed',
  createdAt: at('09:59:58.123'),
  startedAt: at('10:00:03.417'),
  finishedAt: at('11:31:00'),
  updatedAt: at('11:31:00.5'),
  jobs: [extract, table, failed],
};

/** Code that lies in a folder and is nobody's business; nothing has started. */
export const sealedRequest: JobRequestFacts = {
  ...jobRequest,
  url: `${site}/job-requests/8`,
  number: 8,
  identifier: 'bcdefghijk234567',
  code: { ...jobRequest.code, repository: 'nhs-at-home', url: null, definition: null },
  status: 'pending',
  startedAt: null,
  finishedAt: null,
  jobs: [
    {
      ...table,
      url: `${site}/jobs/dddddddddddddddd`,
      identifier: 'dddddddddddddddd',
      state: 'pending',
      startedAt: null,
      finishedAt: null,
    },
  ],
};

/** A file and its bytes. */
export function fileOf(
  path: string,
  content: string,
  job: string,
  approvals: ReleasedFileFacts['approvals'],
): ReleasedFileFacts {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, bytes: bytes.length, sha256, job, approvals, withdrawn: null };
}

export const contents: Readonly<Record<string, string>> = {
  'tables/age by sex.csv': 'sex,n\nF,10\nM,20\n',
  'figures/Zürich–2.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
};

const approvals: ReleasedFileFacts['approvals'] = [
  { reviewer: person('Grace Hopper'), at: at('13:00:00') },
  { reviewer: person('Mary Seacole'), at: at('14:00:00') },
];

export const release: ReleaseFacts = {
  ...place,
  licence: { url: 'https://spdx.org/licenses/CC-BY-4.0', name: 'CC BY 4.0' },
  url: `${site}/releases/01HX0000000000000000000000`,
  identifier: '01HX0000000000000000000000',
  author: jobRequest.requestedBy,
  releasedBy: person('Grace Hopper'),
  receivedAt: at('14:05:09'),
  releasedAt: at('14:05:10'),
  files: [
    fileOf('tables/age by sex.csv', contents['tables/age by sex.csv'] ?? '', table.url, approvals),
    fileOf('figures/Zürich–2.svg', contents['figures/Zürich–2.svg'] ?? '', table.url, approvals),
  ],
  requests: [jobRequest],
};

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}$/);
const text = fc
  .oneof(fc.string({ minLength: 1, maxLength: 30 }), fc.constant('<b>"Ω" & \'x\'</b> %0A\n'))
  .map((value) => value.toWellFormed().replaceAll('\0', '0') || '-');
const seconds = fc.integer({ min: 0, max: 3_000_000_000 });
const named = (kind: string): fc.Arbitrary<Named> =>
  fc.record({ url: word.map((slug) => `${site}/${kind}/${slug}`), name: text });
const hex = (length: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
/** Names that make trouble somewhere: in addresses, in manifests, in HTML. */
const part = fc.oneof(
  word,
  fc.constantFrom(
    'a b',
    'Zürich',
    '50%',
    'x&y',
    "it's",
    '#1',
    'a?b=c',
    '..hidden',
    '(1)',
    '日本',
    '+',
  ),
);
const path = fc
  .array(part, { minLength: 1, maxLength: 3 })
  .map((parts) => `${parts.join('/')}.csv`);

const code: fc.Arbitrary<CodeFacts> = fc
  .record({ commit: hex(40), branch: word, isPublic: fc.boolean(), definition: text })
  .map(({ isPublic, definition, ...rest }) => ({
    ...rest,
    repository: isPublic ? 'https://github.com/example/study' : 'study',
    url: isPublic ? `https://github.com/example/study/tree/${rest.commit}` : null,
    definition: isPublic ? definition : null,
  }));

/** Jobs of which each may need earlier ones, that begin when those have ended. */
const jobs: fc.Arbitrary<readonly JobFacts[]> = fc
  .uniqueArray(
    fc.record({
      identifier: fc.stringMatching(/^[a-z2-7]{16}$/),
      action: word,
      runCommand: text,
      state: fc.constantFrom('pending', 'running', 'succeeded', 'failed'),
      failure: fc.option(text),
      image: fc.option(
        fc.record({
          name: fc.constantFrom('python:v2', 'ghcr.io/x/y:v1', 'r'),
          digest: fc.option(hex(64).map((value) => `sha256:${value}`)),
        }),
      ),
      needsLast: fc.boolean(),
      start: seconds,
      runtime: fc.integer({ min: 0, max: 1_000_000 }),
    }),
    { maxLength: 4, selector: ({ identifier }) => identifier },
  )
  .map((drawn) =>
    drawn.map(({ start, runtime, needsLast, ...job }, index): JobFacts => {
      const before = needsLast ? drawn[index - 1] : undefined;
      const begins = new Date((1_700_000_000 + index * 4_000_000_000 + start) * 1000);
      const isOver = job.state === 'succeeded' || job.state === 'failed';
      return {
        ...job,
        url: `${site}/jobs/${job.identifier}`,
        startedAt: job.state === 'pending' ? null : begins,
        finishedAt: isOver ? new Date(begins.getTime() + runtime * 1000) : null,
        needs: before === undefined ? [] : [`${site}/jobs/${before.identifier}`],
      };
    }),
  );

const placeArbitrary: fc.Arbitrary<PlaceFacts> = fc.record({
  site: fc.record({ url: fc.constant(site), name: text, version: fc.constant('1.0.0') }),
  organisation: named('organisations'),
  project: fc
    .tuple(named('projects'), fc.option(word))
    .map(([project, number]) => ({ ...project, number })),
  workspace: named('workspaces'),
  backend: named('backends'),
  licence: fc.option(named('licences')),
});

/** Any job request that the tables allow. */
export const anyJobRequest: fc.Arbitrary<JobRequestFacts> = fc
  .record({
    place: placeArbitrary,
    number: fc.integer({ min: 1, max: 99_999 }),
    identifier: fc.stringMatching(/^[a-z2-7]{16}$/),
    requestedBy: named('people'),
    requestedActions: fc.array(word, { minLength: 1, maxLength: 3 }),
    forceRunDependencies: fc.boolean(),
    code,
    status: fc.constantFrom('pending', 'running', 'succeeded', 'failed', 'nothing_to_do'),
    created: seconds,
    jobs,
  })
  .map(({ place: where, created, ...request }): JobRequestFacts => {
    const starts = request.jobs.flatMap(({ startedAt }) => startedAt ?? []);
    const ends = request.jobs.flatMap(({ finishedAt }) => finishedAt ?? []);
    const createdAt = new Date((1_600_000_000 + created / 100) * 1000);
    return {
      ...where,
      ...request,
      url: `${site}/job-requests/${request.number}`,
      createdAt,
      startedAt: starts[0] ?? null,
      finishedAt: ends.length === request.jobs.length ? (ends.at(-1) ?? null) : null,
      updatedAt: ends.at(-1) ?? createdAt,
    };
  });

/** Any release, of one or several job requests. */
export const anyRelease: fc.Arbitrary<ReleaseFacts> = fc
  .record({
    place: placeArbitrary,
    requests: fc.uniqueArray(anyJobRequest, {
      minLength: 1,
      maxLength: 2,
      selector: ({ number }) => number,
    }),
    identifier: hex(26),
    people: fc.uniqueArray(named('people'), {
      minLength: 4,
      maxLength: 4,
      selector: ({ url }) => url,
    }),
    paths: fc.uniqueArray(path, { minLength: 1, maxLength: 4 }),
    ofJob: fc.nat(),
    withdrawn: fc.option(
      fc.record({ at: fc.constant(new Date('2400-02-01T00:00:00Z')), reason: text }),
    ),
  })
  .filter(({ requests }) => {
    const all = requests.flatMap((request) => request.jobs.map(({ url }) => url));
    return new Set(all).size === all.length;
  })
  .map(({ place: where, requests, people, paths, identifier, ofJob, withdrawn }): ReleaseFacts => {
    const [first, ...others] = requests.map((request) => ({ ...request, ...where }));
    const [author, one, two, releaser] = people;
    if (!(first && author && one && two && releaser)) throw new Error('too few were drawn');
    const made = requests.flatMap((request) => request.jobs);
    const job = made[ofJob % made.length]?.url ?? `${site}/jobs/unknown`;
    const files = paths.map((path, index) => ({
      ...fileOf(path, path, job, [
        { reviewer: one, at: new Date('2400-01-01T00:00:00Z') },
        { reviewer: index === 0 ? two : releaser, at: new Date('2400-01-02T00:00:00Z') },
      ]),
      withdrawn: index === 1 ? withdrawn : null,
    }));
    const [file, ...moreFiles] = files;
    if (file === undefined) throw new Error('too few were drawn');
    return {
      ...where,
      url: `${site}/releases/${identifier}`,
      identifier,
      author,
      releasedBy: releaser,
      receivedAt: new Date('2400-01-03T00:00:00Z'),
      releasedAt: new Date('2400-01-03T00:00:01Z'),
      files: [file, ...moreFiles],
      requests: [first, ...others],
    };
  });
