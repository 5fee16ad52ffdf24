/** An action that makes a cohort from a database: what is kept of it, what is never, and what a cut leaves. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExtractRecord, noStudyCodes, synthesise } from '@vitrine/cohort';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OUTPUT_LIMITS } from '../workspace/collect.ts';
import { LEVEL4_RULES } from '../workspace/level4.ts';
import { makeFolder, removeFolder } from '../workspace/testing.ts';
import { Workspace } from '../workspace/workspace.ts';
import { type ActionContext, type ActionJob, Detached, executionId } from './action-context.ts';
import { readProject } from './read-project.ts';
import { runAction } from './run-action.ts';
import { projectOf, TEST_LIMITS, TestStudy } from './testing.ts';

const DEFINITION = `from cohortextractor import Measure, StudyDefinition, patients
study = StudyDefinition(
    index_date="2020-01-01",
    default_expectations={"date": {"earliest": "2019-01-01", "latest": "index_date"}},
    population=patients.satisfying(
        "registered AND age >= 18",
        registered=patients.registered_as_of("index_date"),
        return_expectations={"incidence": 1},
    ),
    age=patients.age_as_of("index_date", return_expectations={"int": {"distribution": "population_ages"}, "rate": "universal"}),
    sex=patients.sex(return_expectations={"category": {"ratios": {"F": 1}}, "rate": "universal"}),
)
measures = [
    Measure(id="age", numerator="age", denominator="population", group_by="sex"),
    Measure(id="all", numerator="age", denominator="population", group_by="population"),
]
`;

/** Part of the database's path, which nothing may repeat. */
const CANARY = 'canary-in-the-address';

let home: string;
let addressFile: string;
beforeAll(async () => {
  home = await makeFolder();
  const output = join(home, `${CANARY}.duckdb`);
  const size = { patients: 300, events: 3_000, seed: 1, memoryBytes: 1e9, threads: 2 };
  await synthesise({ ...size, output, codes: noStudyCodes }, {});
  addressFile = join(home, 'address');
  await writeFile(addressFile, `duckdb:${output}\n`);
});
afterAll(() => removeFolder(home));

class Backend implements AsyncDisposable {
  readonly study: TestStudy;
  workspace: Workspace;

  private constructor(study: TestStudy, workspace: Workspace) {
    this.study = study;
    this.workspace = workspace;
  }

  static async make(): Promise<Backend> {
    const study = await TestStudy.make({
      'analysis/study_definition.py': DEFINITION,
      'project.yaml': projectOf({
        extract: {
          run: 'cohortextractor:latest generate_cohort --index-date-range "2020-01-01 to 2020-02-05 by week"',
          highly: ['output/input_*.csv'],
        },
        measure: {
          run: 'cohortextractor:latest generate_measures --index-date-range "2020-01-01 to 2020-02-05 by week"',
          moderately: ['output/measure_*.csv'],
        },
      }),
      'codelists/codelists.txt': '',
    });
    return new Backend(study, await openIn(study));
  }

  /** As the next process would find it. */
  async reopen(): Promise<void> {
    await this.workspace.close();
    this.workspace = await openIn(this.study);
  }

  async job(name = 'extract'): Promise<ActionJob> {
    const { pipeline } = await readProject(this.study.folder);
    const action = pipeline?.actions.get(name);
    if (action === undefined) throw new Error('the study has no such action');
    return { id: 'aaaaaaaaaaaaaaaa', request: 'r', action, attempt: 1 };
  }

  async context(change: Partial<ActionContext> = {}): Promise<ActionContext> {
    const { pipeline } = await readProject(this.study.folder);
    if (pipeline === null) throw new Error('the study has no project');
    return {
      workspace: this.workspace,
      pipeline,
      code: { kind: 'folder', path: this.study.folder },
      executors: this.study.executors,
      limits: { ...TEST_LIMITS, wallClockSeconds: 600 },
      outputLimits: OUTPUT_LIMITS,
      level4Rules: LEVEL4_RULES,
      runtimes: {},
      reusableActions: { sources: [], cacheFolder: '' },
      backend: 'tpp',
      databaseAddressFile: addressFile,
      seed: null,
      user: null,
      repo: null,
      now: () => new Date(),
      ...change,
    };
  }

  /** Files of a tree below the study's root, with their texts. */
  files(tree: string): ReadonlyMap<string, string> {
    const root = join(this.study.root, tree);
    const found = readdirSync(root, { recursive: true, withFileTypes: true });
    return new Map(
      found
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .toSorted()
        .map((path) => [path.slice(root.length + 1), readFileSync(path, 'latin1')]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workspace.close();
    await this.study[Symbol.asyncDispose]();
  }
}

async function openIn(study: TestStudy): Promise<Workspace> {
  const store = { level3: join(study.root, 'level3'), level4: join(study.root, 'level4') };
  for (const tree of Object.values(store)) await mkdir(tree, { recursive: true });
  return Workspace.open(store, { workspace: 'w', repo: null }, new Date());
}

const inputs = (files: ReadonlyMap<string, string>): readonly string[] =>
  [...files.keys()].filter((path) => path.startsWith('output/'));

test('records stay at level 3, attrition may be looked at, and the address is nowhere', async () => {
  await using backend = await Backend.make();
  const result = await runAction(await backend.job(), await backend.context());
  expect(result).toMatchObject({ state: 'succeeded' });
  const level3 = backend.files('level3');
  const level4 = backend.files('level4');
  expect(inputs(level3)).toHaveLength(6);
  expect(inputs(level4)).toEqual([]);

  const records: ExtractRecord[] = JSON.parse(level3.get('metadata/extract.extracts.json') ?? '');
  expect(records.map(({ file }) => file)).toEqual(inputs(level3));
  const [first] = records;
  expect(first?.attrition.map(({ words }) => words)).toEqual([
    'everybody in the database',
    'registered',
    'age >= 18',
  ]);
  expect(level4.has('metadata/extract.extracts.json')).toBe(false);
  expect(level4.get('metadata/extract.attrition.csv')).toContain('2020-01-01,1,registered,');
  expect(level4.get('metadata/extract.attrition.svg')).toContain('<svg');

  for (const [path, text] of backend.files('.')) {
    expect([path, text.includes(CANARY)]).toEqual([path, false]);
  }
});

test('a run on dummy data takes away what was kept of the run on a database', async () => {
  await using backend = await Backend.make();
  const notes = (tree: string): readonly string[] =>
    [...backend.files(tree).keys()].filter((path) =>
      /^metadata\/extract\.(extracts|attrition)/.test(path),
    );
  await runAction(await backend.job(), await backend.context());
  expect(notes('level3')).toHaveLength(3);
  expect(notes('level4')).toHaveLength(2);
  // A run that fails changes no outputs, so what is told of them holds.
  const broken = { kind: 'folder', path: join(backend.study.root, 'nothing') } as const;
  await runAction(await backend.job(), await backend.context({ code: broken }));
  expect(notes('level3')).toHaveLength(3);

  const dummy = await runAction(
    await backend.job(),
    await backend.context({ databaseAddressFile: null }),
  );
  expect(dummy).toMatchObject({ state: 'succeeded' });
  expect([notes('level3'), notes('level4')]).toEqual([[], []]);
});

test.each([
  ['an extraction', 'extract'],
  ['measures', 'measure'],
])('%s cut off: the next attempt goes on behind the last whole file', async (_, action) => {
  await using undisturbed = await Backend.make();
  await runAction(await undisturbed.job(action), await undisturbed.context());

  await using backend = await Backend.make();
  const job = await backend.job(action);
  const leave = new AbortController();
  const context = await backend.context({
    signal: leave.signal,
    onProgress: (progress) => {
      if (progress.stage === 'extracting' && progress.done === 2) leave.abort(new Detached());
    },
  });
  await expect(runAction(job, context)).rejects.toThrow(Detached);
  await backend.reopen();
  const kept = (): readonly string[] =>
    readdirSync(join(backend.workspace.jobFolder(executionId(job)), 'extracts'));
  const before = kept().length;
  let least = Number.POSITIVE_INFINITY;
  const result = await runAction(
    job,
    await backend.context({
      onProgress: ({ stage }) => {
        if (stage === 'extracting') least = Math.min(least, kept().length);
        else if (stage === 'running') least = kept().length;
      },
    }),
  );
  expect(result).toMatchObject({ state: 'succeeded' });
  // The journal alone lay there when the first attempt ended; its files were taken along and put to use.
  expect([before, least]).toEqual([1, 1]);
  const hashes = (one: Backend): readonly string[] =>
    JSON.parse(one.files('level3').get(`metadata/${action}.extracts.json`) ?? '[]').map(
      ({ file, sha256 }: ExtractRecord) => `${file} ${sha256}`,
    );
  expect(hashes(backend).toSorted()).toEqual(hashes(undisturbed).toSorted());
  expect(inputs(backend.files('level3'))).toEqual(inputs(undisturbed.files('level3')));
});
