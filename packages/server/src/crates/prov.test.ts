import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { anyJobRequest, jobRequest, release } from './facts.testing.ts';
import { jobRequestProv, releaseProv } from './prov.ts';

const records = z.record(z.string(), z.record(z.string(), z.unknown()));
const documentSchema = z.looseObject({
  prefix: z.record(z.string(), z.string()),
  entity: records,
  activity: records,
  agent: records,
});

/** Names of a document as the addresses that they stand for. */
function read(document: object): {
  readonly find: (kind: 'entity' | 'activity' | 'agent', url: string) => unknown;
  readonly pairs: (relation: string) => readonly (readonly string[])[];
} {
  const parsed = documentSchema.parse(document);
  const address = (name: string): string => {
    const cut = name.indexOf(':');
    return `${parsed.prefix[name.slice(0, cut)]}${name.slice(cut + 1)}`;
  };
  return {
    find: (kind, url) => Object.entries(parsed[kind]).find(([name]) => address(name) === url)?.[1],
    pairs: (relation) =>
      Object.values(records.parse(parsed[relation] ?? {})).map((ends) =>
        Object.values(ends).map((end) => address(String(end))),
      ),
  };
}

test('a job request: what each job ran, in which image, for whom, and what it read from which', () => {
  const prov = read(jobRequestProv(jobRequest));
  const [extract, table] = jobRequest.jobs;
  const code = jobRequest.code.url ?? '';
  expect(prov.find('activity', table?.url ?? '')).toMatchObject({
    'prov:label': 'make_tables: succeeded',
    'prov:startTime': '2026-05-04T11:30:01+00:00',
    'prov:endTime': '2026-05-04T11:31:00+00:00',
  });
  expect(prov.pairs('wasInformedBy')).toContainEqual([table?.url, extract?.url]);
  const image = `${jobRequest.site.url}/#image-${encodeURIComponent(`sha256:${'e'.repeat(64)}`)}`;
  expect(prov.pairs('used')).toEqual(
    expect.arrayContaining([
      [extract?.url, code],
      [extract?.url, image],
    ]),
  );
  const agent = `${jobRequest.site.url}/status#tpp-agent`;
  expect(prov.pairs('wasAssociatedWith')).toContainEqual([table?.url, agent, code]);
  expect(prov.pairs('actedOnBehalfOf')).toContainEqual([agent, jobRequest.backend.url]);
});

test('a release: from the commit to the file that left, and who let it', () => {
  const prov = read(releaseProv(release));
  const [file] = release.files;
  const id = `${release.url}/files/${encodeURIComponent(file.path)}`;
  expect(prov.find('entity', id)).toMatchObject({
    'dct:identifier': `sha256:${file.sha256}`,
    'dct:extent': `${file.bytes} bytes`,
  });
  expect(prov.pairs('wasGeneratedBy')).toContainEqual([id, file.job]);
  expect(prov.pairs('wasDerivedFrom')).toContainEqual([id, jobRequest.code.url]);
  expect(prov.pairs('hadMember')).toContainEqual([release.url, id]);
  const reviews = file.approvals.map(({ reviewer }, index) => [
    `${release.url}#review-${index + 1}`,
    reviewer.url,
  ]);
  expect(prov.pairs('wasAssociatedWith')).toEqual(expect.arrayContaining(reviews));
  expect(prov.pairs('wasAssociatedWith')).toContainEqual([
    `${release.url}#release`,
    release.releasedBy.url,
  ]);
});

test('what was taken back is told to be gone', () => {
  const [file, ...others] = release.files;
  const withdrawn = { at: new Date('2026-06-01T00:00:00Z'), reason: 'A count was too small.' };
  const prov = read(releaseProv({ ...release, files: [{ ...file, withdrawn }, ...others] }));
  expect(prov.pairs('wasInvalidatedBy')).toEqual([
    [`${release.url}/files/${encodeURIComponent(file.path)}`, `${release.url}#withdrawal-1`],
  ]);
});

test('P3: the record of a job request has no entity but code and images, and no time finer than a second', () => {
  fc.assert(
    fc.property(anyJobRequest, (facts) => {
      const document = jobRequestProv(facts);
      const { entity } = documentSchema.parse(document);
      const kinds = Object.values(entity).map(
        (one) => one['prov:type'] !== undefined || String(one['prov:label']).startsWith('Image '),
      );
      expect(kinds.every(Boolean)).toBe(true);
      expect(JSON.stringify(document)).not.toMatch(/T\d\d:\d\d:\d\d\.\d/);
    }),
  );
});
