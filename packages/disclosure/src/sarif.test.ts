import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkFile } from './check-file.ts';
import { ruleIds } from './rules.ts';
import { toSarif } from './sarif.ts';

/** The parts of SARIF 2.1.0 (OASIS, sections 3.13 to 3.33) that we write, strictly: no property that it does not know. */
const text = z.strictObject({ text: z.string().min(1) });
const level = z.literal(['none', 'note', 'warning', 'error']);
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.array(
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          version: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: text,
              fullDescription: text,
              help: text,
              defaultConfiguration: z.strictObject({ level }),
            }),
          ),
        }),
      }),
      columnKind: z.literal(['utf16CodeUnits', 'unicodeCodePoints']),
      results: z.array(
        z.strictObject({
          ruleId: z.literal(ruleIds),
          ruleIndex: z.int().min(0),
          level,
          message: text,
          locations: z.array(
            z.strictObject({
              physicalLocation: z.strictObject({
                artifactLocation: z.strictObject({
                  uri: z.string().regex(/^[\w.~!$&'()*+,;=:@%/-]+$/),
                }),
                region: z.strictObject({ startLine: z.int().min(1) }).optional(),
              }),
              logicalLocations: z
                .array(
                  z.strictObject({
                    name: z.string(),
                    fullyQualifiedName: z.string().optional(),
                    kind: z.string(),
                  }),
                )
                .optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

test('reports are SARIF 2.1.0, with every rule and every place', () => {
  const report = (path: string, content: string) =>
    checkFile({ path, bytes: new TextEncoder().encode(content) });
  const reports = [
    report('output/a table.csv', 'sex,n\nF,3\n'),
    report('output/b.html', '<p onclick="x">1</p>'),
    report('output/c.json', '{"n": 3}'),
    report('output/d.csv', 'sex,n\nF,10\n'),
  ];
  const document = JSON.parse(JSON.stringify(toSarif(reports, '1.0.0')));
  const { runs } = sarif.parse(document);
  expect(runs[0]?.tool.driver.rules.map(({ id }) => id)).toEqual(ruleIds);
  expect(runs[0]?.results.map(({ ruleId }) => ruleId)).toEqual([
    'small-count',
    'active-content',
    'small-count',
  ]);
  const [first] = runs[0]?.results ?? [];
  expect(first?.locations[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: 'output/a%20table.csv' },
    region: { startLine: 2 },
  });
  for (const { ruleId, ruleIndex } of runs[0]?.results ?? [])
    expect(ruleIds[ruleIndex]).toBe(ruleId);
});
