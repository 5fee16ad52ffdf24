import { readdir } from 'node:fs/promises';
import { FaultError } from '@vitrine/pipeline';
import { describe, expect, test } from 'vitest';
import type { RecordedModule } from './document.ts';
import { type RecordRequest, recordStudies } from './record-studies.ts';
import type { RecorderOutcome } from './run-recorder.ts';
import { faultsOf } from './study-faults.ts';
import { makeStudy, runRecorderUnconfined } from './testing.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

async function record(
  files: Files,
  request: Partial<Pick<RecordRequest, 'modules' | 'params' | 'limits' | 'run'>> = {},
): Promise<{ modules: readonly RecordedModule[]; faults: readonly string[] }> {
  await using study = await makeStudy(files);
  const document = await recordStudies({
    studyDir: study.directory,
    modules: ['study_definition'],
    params: {},
    run: runRecorderUnconfined,
    ...request,
  });
  const faults = faultsOf(document).map(
    ({ code, message, place }) =>
      `${place?.file ?? ''}:${place?.line ?? ''} ${code}: ${message.replaceAll(study.directory, '')}`,
  );
  return { modules: document.modules, faults };
}

async function recordOne(files: Files): Promise<RecordedModule> {
  const { modules, faults } = await record(files);
  expect(faults).toEqual([]);
  return modules[0] as RecordedModule;
}

const codes = 'code,category\nA1,x\nB2,y\n';

describe('a definition', () => {
  test('is recorded with its arguments, extra columns, codelists and places', async () => {
    const module = await recordOne({
      'codelists/c.csv': codes,
      'analysis/study_definition.py': `from cohortextractor import StudyDefinition, codelist_from_csv, patients

events = codelist_from_csv("codelists/c.csv", system="ctv3", category_column="category")

study = StudyDefinition(
    index_date="2020-01-01",
    population=patients.satisfying(
        "a AND b",
        a=patients.with_these_clinical_events(events, on_or_before="index_date"),
        b=patients.age_as_of("index_date"),
    ),
    latest=patients.maximum_of(
        "x", y=patients.fixed_value(1.0)),
)
`,
    });
    expect(module.definition).toEqual({
      index_date: '2020-01-01',
      default_expectations: null,
      population: {
        call: {
          function: 'satisfying',
          arguments: { expression: 'a AND b' },
          columns: [
            [
              'a',
              {
                call: {
                  function: 'with_these_clinical_events',
                  arguments: { codelist: { codelist: 0 }, on_or_before: 'index_date' },
                  columns: [],
                  place: { file: 'analysis/study_definition.py', line: 9 },
                },
              },
            ],
            [
              'b',
              {
                call: {
                  function: 'age_as_of',
                  arguments: { reference_date: 'index_date' },
                  columns: [],
                  place: { file: 'analysis/study_definition.py', line: 10 },
                },
              },
            ],
          ],
          place: { file: 'analysis/study_definition.py', line: 7 },
        },
      },
      columns: [
        [
          'latest',
          {
            call: {
              function: 'maximum_of',
              arguments: { column_names: { tuple: ['x'] } },
              columns: [
                [
                  'y',
                  {
                    call: {
                      function: 'fixed_value',
                      arguments: { value: { float: 1 } },
                      columns: [],
                      place: { file: 'analysis/study_definition.py', line: 13 },
                    },
                  },
                ],
              ],
              place: { file: 'analysis/study_definition.py', line: 12 },
            },
          },
        ],
      ],
      place: { file: 'analysis/study_definition.py', line: 5 },
    });
    expect(module.codelists).toEqual([
      { system: 'ctv3', codes: ['A1', 'B2'], categories: ['x', 'y'] },
    ]);
    expect(module.measures).toBeNull();
  });

  test('may use what real ones do: siblings, the root, pandas, numpy values, prints, threads', async () => {
    const module = await recordOne({
      'lib.py': 'START = "2020-02-02"',
      'analysis/common.py': `from cohortextractor import patients
def variables():
    return {"age": patients.age_as_of("index_date")}
`,
      'analysis/data.json': '{"incidence": 0.5}',
      'analysis/study_definition.py': `import atexit, json, os, subprocess, sys, threading
import numpy as np, pandas as pd
from cohortextractor import *
from cohortextractor import patients
from cohortextractor.codelistlib import codelist as make
from common import variables
from lib import START
print("hello")
subprocess.run(["echo", "from a child"], check=True)
with open("analysis/data.json") as f:
    expectations = json.load(f)
ages = pd.DataFrame({"a": [1, 2]})["a"]
os.chdir("analysis")
threading.Thread(target=threading.Event().wait).start()
atexit.register(lambda: os._exit(9))
sys.stdout = None
study = StudyDefinition(
    index_date=START,
    population=patients.all(),
    n=patients.fixed_value(np.int64(3)),
    l=patients.fixed_value(np.array([1.5, 2])),
    s=patients.fixed_value(ages),
    t=patients.sex(return_expectations=expectations),
    **variables(),
)
`,
    });
    const argumentsOf = Object.fromEntries(
      (module.definition?.columns ?? []).map(([name, value]) => [
        name,
        (value as { call: { arguments: unknown } }).call.arguments,
      ]),
    );
    expect(argumentsOf).toEqual({
      n: { value: 3 },
      l: { value: [{ float: 1.5 }, { float: 2 }] },
      s: { value: [1, 2] },
      t: { return_expectations: { dict: [['incidence', { float: 0.5 }]] } },
      age: { reference_date: 'index_date' },
    });
    expect(module.definition?.columns.at(-1)?.[1]).toMatchObject({
      call: { place: { file: 'analysis/common.py', line: 3 } },
    });
  });

  test('is recorded with its measures', async () => {
    const module = await recordOne({
      'analysis/study_definition.py': `from cohortextractor import StudyDefinition, Measure, patients
study = StudyDefinition(population=patients.all())
measures = [
    Measure("a", denominator="population", numerator="x", group_by="sex"),
    Measure(id="b", denominator="population", numerator="x", small_number_suppression=True),
]
`,
    });
    expect(module.measures).toEqual([
      {
        id: 'a',
        denominator: 'population',
        numerator: 'x',
        group_by: ['sex'],
        small_number_suppression: false,
        place: { file: 'analysis/study_definition.py', line: 4 },
      },
      {
        id: 'b',
        denominator: 'population',
        numerator: 'x',
        group_by: null,
        small_number_suppression: true,
        place: { file: 'analysis/study_definition.py', line: 5 },
      },
    ]);
  });

  test('reads its parameters, whatever is in them', async () => {
    const value = 'it\'s "5" = fine\n-- é';
    const { modules } = await record(
      {
        'analysis/study_definition.py': `from cohortextractor import StudyDefinition, params, patients
study = StudyDefinition(population=patients.all(), index_date=params["a"], default_expectations=params.get("b"))`,
      },
      { params: { a: value } },
    );
    expect(modules[0]?.definition).toMatchObject({ index_date: value, default_expectations: null });
  });

  test('leaves nothing beside the study', async () => {
    await using study = await makeStudy({
      'analysis/other.py': '',
      'analysis/study_definition.py': 'import other',
    });
    await recordStudies({
      studyDir: study.directory,
      modules: 'all',
      params: {},
      run: runRecorderUnconfined,
    });
    expect(await readdir(study.directory, { recursive: true })).toEqual([
      'analysis',
      'analysis/other.py',
      'analysis/study_definition.py',
    ]);
  });
});

const imports = 'from cohortextractor import *\nfrom cohortextractor import patients\n';

describe('a fault of the study is told with its own innermost line', () => {
  const cases: readonly (readonly [string, Files | string, string])[] = [
    [
      'nothing there',
      {},
      ': definition-missing: There is no study definition named study_definition.',
    ],
    [
      'not Python',
      'x = (1,\ny = 2\n',
      "analysis/study_definition.py:1 definition-syntax: This is not valid Python: '(' was never closed.",
    ],
    [
      'not Python, in an imported file',
      { 'analysis/study_definition.py': '\nimport other', 'analysis/other.py': 'if 1:\nx' },
      "analysis/other.py:2 definition-syntax: This is not valid Python: expected an indented block after 'if' statement on line 1.",
    ],
    [
      'an exception deep inside a library',
      `import json\n\ndef load():\n    return json.loads("{")\n\nload()\n`,
      'analysis/study_definition.py:4 definition-raised: Python raised JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).',
    ],
    [
      'a module that is not there',
      'import numpi',
      'analysis/study_definition.py:1 definition-module-missing: There is no Python module named numpi.',
    ],
    [
      'a parameter that was not given',
      'from cohortextractor import params\n\nx = params["week"]',
      'analysis/study_definition.py:3 definition-parameter-missing: The definition reads the parameter "week".',
    ],
    [
      'leaving',
      'import sys\nsys.exit(3)',
      'analysis/study_definition.py:2 definition-exited: The definition ended the program (exit 3) instead of defining a study.',
    ],
    [
      'no study',
      'x = 1',
      'analysis/study_definition.py:1 definition-without-study: study_definition does not define "study".',
    ],
    [
      'another study',
      'study = 1',
      "analysis/study_definition.py:1 definition-malformed: In study_definition, 'study' is not a StudyDefinition(...).",
    ],
    [
      'measures that are none',
      `${imports}study = StudyDefinition(population=patients.all())\nmeasures = [1]`,
      "analysis/study_definition.py:1 definition-malformed: In study_definition, 'measures' is not a list of Measure(...).",
    ],
    [
      'an unknown function',
      `${imports}\nx = patients.with_these_clinical_event(\n  1)`,
      "analysis/study_definition.py:4 definition-function-unknown: Unknown name: patients has no function 'with_these_clinical_event'. Did you mean 'with_these_clinical_events'?",
    ],
    [
      'an unknown name of the package',
      'from cohortextractor import Studydefinition',
      "analysis/study_definition.py:1 definition-function-unknown: Unknown name: cannot import name 'Studydefinition' from 'cohortextractor'.",
    ],
    [
      'an unknown argument',
      `${imports}patients.age_as_of(reference="2020-01-01")`,
      "analysis/study_definition.py:3 definition-arguments-wrong: Wrong arguments: age_as_of() got an unexpected keyword argument 'reference'. Did you mean 'reference_date'?",
    ],
    [
      'a missing argument',
      `${imports}study = StudyDefinition(x=patients.all())`,
      "analysis/study_definition.py:3 definition-arguments-wrong: Wrong arguments: StudyDefinition() missing 1 required positional argument: 'population'.",
    ],
    [
      'a codelist that is not there',
      `${imports}codelist_from_csv("codelists/c.csv", "ctv3")`,
      'analysis/study_definition.py:3 definition-file-missing: There is no file codelists/c.csv.',
    ],
    [
      'a column that the codelist does not have',
      {
        'codelists/c.csv': codes,
        'analysis/study_definition.py': 'import codelists',
        'analysis/codelists.py': `${imports}\ncodelist_from_csv(\n  "codelists/c.csv", "ctv3", column="id")`,
      },
      "analysis/codelists.py:4 codelist-column-missing: The codelist cannot be read: codelists/c.csv has no column 'id'; its columns are: code, category.",
    ],
    [
      'an empty codelist',
      `${imports}codelist([], "ctv3")`,
      'analysis/study_definition.py:3 codelist-empty: The codelist cannot be used: the codelist is empty.',
    ],
    [
      'a code in two categories',
      `${imports}codelist([("a", "x"), ("a", "y")], "ctv3")`,
      "analysis/study_definition.py:3 codelist-categories-wrong: The codelist cannot be used: code 'a' is in two categories, 'x' and 'y'.",
    ],
    [
      'filtering without categories',
      `${imports}filter_codes_by_category(codelist(["a"], "ctv3"), include=["x"])`,
      'analysis/study_definition.py:3 codelist-categories-wrong: The codelist cannot be used: the codelist has no categories to filter by.',
    ],
    [
      'two systems in one codelist',
      `${imports}combine_codelists(codelist(["a"], "ctv3"), codelist(["a"], "icd10"))`,
      "analysis/study_definition.py:3 codelist-systems-differ: The codelists cannot be used together: codelists of different systems cannot be combined: 'ctv3' and 'icd10'.",
    ],
    [
      'a codelist in another encoding',
      {
        'codelists/c.csv': Buffer.from('code,name\na,caf\xe9\n', 'latin1'),
        'analysis/study_definition.py': `${imports}codelist_from_csv("codelists/c.csv", "ctv3")`,
      },
      'analysis/study_definition.py:3 codelist-not-utf8: A codelist is not written in UTF-8: codelists/c.csv has the byte 0xe9.',
    ],
    [
      'a file that the study itself reads, in another encoding',
      {
        'analysis/a.txt': Buffer.from('caf\xe9', 'latin1'),
        'analysis/study_definition.py': 'open("analysis/a.txt", encoding="utf-8").read()',
      },
      "analysis/study_definition.py:1 codelist-not-utf8: A file is not written in UTF-8: 'utf-8' codec can't decode byte 0xe9 in position 3: unexpected end of data.",
    ],
    [
      'a name that is nearly one that there is',
      'codes = 1\ncode',
      "analysis/study_definition.py:2 definition-raised: Python raised NameError: name 'code' is not defined. Did you mean 'codes'?",
    ],
    [
      'a column given twice',
      `${imports}StudyDefinition(population=patients.all(), a=1, **{"a": 2})`,
      "analysis/study_definition.py:3 definition-arguments-wrong: Wrong arguments: StudyDefinition() got multiple values for keyword argument 'a'.",
    ],
    [
      'an exception without text',
      'assert False',
      'analysis/study_definition.py:1 definition-raised: Python raised AssertionError.',
    ],
    [
      'endless recursion',
      'def f():\n    f()\nf()',
      'analysis/study_definition.py:2 definition-raised: Python raised RecursionError: maximum recursion depth exceeded.',
    ],
    [
      'writing where it may not',
      'import errno, os\nraise OSError(errno.EROFS, os.strerror(errno.EROFS), "output/x.csv")',
      "analysis/study_definition.py:2 definition-writes: The definition tries to write: [Errno 30] Read-only file system: 'output/x.csv'.",
    ],
  ];

  test.each(cases)('%s', async (_, files, expected) => {
    const { faults } = await record(
      typeof files === 'string' ? { 'analysis/study_definition.py': files } : files,
    );
    expect(faults).toEqual([expected]);
  });
});

describe('several definitions', () => {
  const good = `${imports}study = StudyDefinition(population=patients.all())`;

  test('are recorded together, and a broken one does not spoil the others', async () => {
    const { modules, faults } = await record(
      {
        'analysis/study_definition.py': good,
        'analysis/study_definition_b.py': '1/0',
        'analysis/study_definition_c.py': `import os; os.chdir("/")\nfrom study_definition import study`,
        'analysis/study_definition-d.py': good,
        'analysis/other.py': good,
      },
      { modules: 'all' },
    );
    expect(modules.map(({ module, definition }) => [module, definition !== null])).toEqual([
      ['study_definition', true],
      ['study_definition_b', false],
      ['study_definition_c', true],
    ]);
    expect(faults).toEqual([
      'analysis/study_definition_b.py:1 definition-raised: Python raised ZeroDivisionError: division by zero.',
    ]);
  });

  test('may lie in folders below when they are named', async () => {
    const { modules, faults } = await record(
      { 'analysis/sub/study_definition_x.py': good },
      { modules: ['sub.study_definition_x'] },
    );
    expect(faults).toEqual([]);
    expect(modules[0]?.definition?.place.file).toBe('analysis/sub/study_definition_x.py');
  });

  test.each([{}, { 'analysis/other.py': '' }])('are missed when there are none', async (files) => {
    await expect(record(files, { modules: 'all' })).rejects.toThrow(
      'There are no study definitions in analysis/.',
    );
  });
});

describe('limits and faults of the platform', () => {
  test.each([
    ['time', 'while True: pass', { wallClockSeconds: 0.3 }, 'recording-time-limit'],
    [
      'size',
      `${imports}study = StudyDefinition(population=patients.fixed_value("x" * 5000))`,
      { documentBytes: 4096 },
      'recording-too-large',
    ],
    ['a process that is ended', 'import os; os._exit(0)', {}, 'recording-ended-early'],
    ['a process that crashes', 'import os; os.abort()', {}, 'recording-ended-early'],
  ])('%s', async (_, definition, limits, code) => {
    const recording = record(
      { 'analysis/study_definition.py': definition },
      {
        limits,
      },
    );
    await expect(recording).rejects.toThrow(FaultError);
    await expect(recording).rejects.toMatchObject({ diagnostics: [{ code }] });
  });

  const written = (document: string): RecorderOutcome => ({
    exitCode: 0,
    limit: null,
    document,
    log: '',
  });

  test.each([
    ['memory', { ...written('{}'), limit: 'memory' as const }, 'recording-memory-limit'],
    ['not JSON', written('{'), 'recording-unreadable'],
    ['not a document', written('{"version":1}'), 'recording-unreadable'],
    ['deeper than can be read', written('['.repeat(200_000)), 'recording-unreadable'],
    [
      'other modules than asked for',
      written('{"version":1,"python":"3","modules":[]}'),
      'recording-unreadable',
    ],
  ])('%s', async (_, outcome, code) => {
    const recording = record({}, { run: async () => outcome });
    await expect(recording).rejects.toMatchObject({ diagnostics: [{ code }] });
  });
});
