import { describe, expect, test } from 'vitest';
import type { Pipeline } from '../pipeline.ts';
import { parseProject } from './parse-project.ts';

const codesOf = (text: string): readonly string[] =>
  parseProject(text).diagnostics.map((diagnostic) => diagnostic.code);

/** A version 5 project of one action, with some of the action's lines replaced. */
function oneAction(lines: Readonly<Record<string, string>>, name = 'tables'): string {
  const sections = {
    run: 'r:v2 analysis/tables.R',
    outputs: '{highly_sensitive: {t: output/t.csv}}',
    ...lines,
  };
  const body = Object.entries(sections).filter(([, value]) => value !== 'ABSENT');
  return [
    'version: 5',
    'actions:',
    `  ${name}:`,
    ...body.map(([key, value]) => `    ${key}: ${value}`),
  ].join('\n');
}

function pipelineOf(text: string): Pipeline {
  const { pipeline, diagnostics } = parseProject(text);
  if (pipeline === null) throw new Error(JSON.stringify(diagnostics));
  return pipeline;
}

describe('the project', () => {
  test.each([
    ['T1 empty', '', ['project-empty']],
    ['T1 only comments', '# nothing yet\n', ['project-empty']],
    ['T1 null', 'null\n', ['project-empty']],
    ['T1 a list', '- version: 5\n', ['project-not-mapping']],
    ['T1 a word', 'hello\n', ['project-not-mapping']],
    ['T2 another key', 'version: 5\nactions: {}\nauthor: me\n', ['key-unknown']],
    ['T2 a misspelt key stands for the right one', 'version: 5\naction: {}\n', ['key-unknown']],
    ['T2 an action at the margin', 'version: 5\nactions: {}\na:\n  run: r:v2\n', ['key-unknown']],
    ['T3 no version', 'actions: {}\n', ['version-missing']],
    ['T3 null version', 'version:\nactions: {}\n', ['version-missing']],
    ['T4 a word', 'version: five\nactions: {}\n', ['version-not-number']],
    ['T4 true', 'version: true\nactions: {}\n', ['version-not-number']],
    ['T4 not a number', 'version: .nan\nactions: {}\n', ['version-not-number']],
    ['T4 spelt nan', 'version: "nan"\nactions: {}\n', ['version-not-number']],
    ['T4 a list', 'version: [5]\nactions: {}\n', ['version-not-number']],
    ['T5 too new', 'version: 6\nactions: {}\n', ['version-too-new']],
    ['T5 slightly too new', 'version: "5.1"\nactions: {}\n', ['version-too-new']],
    ['T6 no actions', 'version: 5\n', ['actions-not-mapping']],
    ['T6 a list', 'version: 5\nactions: []\n', ['actions-not-mapping']],
    ['T6 null', 'version: 5\nactions:\n', ['actions-not-mapping']],
    ['T6 none yet', 'version: 5\nactions: {}\n', []],
    ['T7 missing', 'version: 3\nactions: {}\n', ['version-old', 'expectations-missing']],
    [
      'T7 a list',
      'version: 3\nactions: {}\nexpectations: []\n',
      ['version-old', 'expectations-not-mapping'],
    ],
    [
      'T7 no size',
      'version: 3\nactions: {}\nexpectations: {}\n',
      ['version-old', 'population-missing'],
    ],
    [
      'T7 another key',
      'version: 3\nactions: {}\nexpectations: {population_size: 9, seed: 1}\n',
      ['version-old', 'key-unknown'],
    ],
    [
      'T7 a word',
      'version: 3\nactions: {}\nexpectations: {population_size: many}\n',
      ['version-old', 'population-not-number'],
    ],
    [
      'T7 nobody',
      'version: 3\nactions: {}\nexpectations: {population_size: 0}\n',
      ['version-old', 'population-empty'],
    ],
    [
      'T8 not from 4 on',
      'version: 4\nactions: {}\nexpectations: {}\n',
      ['version-old', 'expectations-not-allowed'],
    ],
    ['T8 null is absent', 'version: 5\nactions: {}\nexpectations:\n', []],
    ['T9 twice', 'version: 5\nactions: {}\nactions: {}\n', ['yaml-duplicate-key']],
  ])('%s', (_name, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });

  test.each([
    ['5', 5, null],
    ['"5"', 5, null],
    ['4.7', 4.7, null],
    ["'4.0'", 4, null],
    ['3.5', 3.5, 1000],
    ['2', 2, 1000],
    ['" 1e0 "', 1, 1000],
    ['0', 0, 1000],
    ['-1', -1, 1000],
    ['0_2', 2, 1000],
  ])('version %s is %d', (written, version, populationSize) => {
    expect(pipelineOf(`version: ${written}\nactions: {}\n`)).toMatchObject({
      version,
      populationSize,
    });
  });

  test.each([
    ['1000', 1000],
    ['"1000"', 1000],
    ['10.7', 10],
    ['1_000', 1000],
    ['-5', -5],
  ])('population size %s is %d', (written, populationSize) => {
    const text = `version: 3\nactions: {}\nexpectations: {population_size: ${written}}\n`;
    expect(pipelineOf(text).populationSize).toBe(populationSize);
  });

  test('before version 3 expectations are taken as they come', () => {
    expect(pipelineOf('version: 2\nactions: {}\nexpectations: [x]\n').populationSize).toBe(1000);
  });
});

describe('an action', () => {
  test.each([
    ['A2 no run', { run: 'ABSENT' }, ['action-key-missing']],
    ['A2 no outputs', { outputs: 'ABSENT' }, ['action-key-missing']],
    ['A2 misspelt outputs', { outputs: 'ABSENT', output: '{}' }, ['key-unknown']],
    ['A3 another key', { checks: '1' }, ['key-unknown']],
    ['A4 a list', { run: '[r:v2]' }, ['run-not-text']],
    ['A4 null', { run: '' }, ['run-not-text']],
    ['A4 empty', { run: '""' }, ['run-empty']],
    ['A5 only spaces', { run: '"  "' }, ['run-empty']],
    ['A5 an open quote', { run: "r:v2 don't" }, ['run-quoting']],
    ['A5 a last backslash', { run: 'r:v2 a\\' }, ['run-quoting']],
    ['A6 no tag', { run: 'r analysis/x.R' }, ['image-tag']],
    ['A6 empty tag', { run: '"r:"' }, ['image-tag']],
    ['A6 only v', { run: 'r:v' }, ['image-tag']],
    ['A6 no v', { run: 'r:1' }, ['image-tag']],
    ['A6 other letters', { run: 'r:v1x1' }, ['image-tag']],
    ['A6 no name', { run: '":v1"' }, ['image-name']],
    ['A6 a path', { run: '"../r:v1"' }, ['image-name']],
    ['A7 a word', { needs: 'other' }, ['needs-not-list']],
    ['A7 null', { needs: '' }, []],
    ['A8 a space', { needs: '["a b"]' }, ['need-with-space']],
    ['A8 a number', { needs: '[1]' }, ['need-not-text']],
    ['A8 a list', { needs: '[[tables]]' }, ['need-not-text']],
    ['A9 unknown', { needs: '[other]' }, ['need-unknown']],
    ['A9 itself', { needs: '[tables]' }, ['needs-cycle']],
    ['A10 a list', { config: '[1]' }, ['config-not-mapping']],
    ['A10 null', { config: '' }, []],
    ['A11 a list', { dummy_data_file: '[a]' }, ['dummy-data-file-not-text']],
    [
      'A14 cohortextractor',
      { run: 'cohortextractor:v1 generate_cohort' },
      ['image-cohortextractor'],
    ],
    ['A15 latest', { run: 'r:latest x.R' }, ['image-latest']],
    ['A15 latest after spaces', { run: '" r:latest   x.R"' }, ['image-latest']],
  ])('%s', (_name, lines, codes) => {
    expect(codesOf(oneAction(lines))).toEqual(codes);
  });

  test.each(['r:v2', 'x:v1.2.3-pre', 'x:dev', 'opensafely-actions/matching:v1', 'A_b.c:v0'])(
    'A6 %s is an image',
    (run) => {
      expect(codesOf(oneAction({ run }))).toEqual([]);
    },
  );

  test.each([
    ['A1 null', 'version: 5\nactions:\n  a:\n', ['action-not-mapping']],
    ['A1 a list', 'version: 5\nactions:\n  a: []\n', ['action-not-mapping']],
    ['A13 run_all from 5 on', oneAction({}, 'run_all'), ['action-name-reserved']],
    [
      'A13 run_all before 5',
      oneAction({}, 'run_all').replace('version: 5', 'version: 4'),
      ['version-old', 'action-name-ignored'],
    ],
  ])('%s', (_name, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });

  test.each(['a b', 'été', 'a.b', '-x', '1', 'x:y', "it's", 'a*'])('may be called %j', (name) => {
    const { pipeline } = parseProject(oneAction({}, JSON.stringify(name)));
    expect([...(pipeline?.actions.keys() ?? [])]).toEqual([name]);
  });

  test.each([
    ['', undefined],
    ['../../etc', 'etc'],
    ['a/b', 'a_b'],
    ['a\\b', 'a_b'],
    ['.hidden', 'hidden'],
    ['a\nb', 'a_b'],
    ['a\u202eb', 'a_b'],
    ['x'.repeat(300), 'x'.repeat(100)],
  ])('may not be called %j', (name, suggestion) => {
    const { diagnostics } = parseProject(oneAction({}, JSON.stringify(name)));
    expect(diagnostics.map(({ code }) => code)).toEqual(['action-name-unsafe']);
    expect(diagnostics[0]?.suggestion).toBe(suggestion);
  });

  test('A12 compares the text of commands, as the original does', () => {
    const two = (run: string): string =>
      `version: 1\nactions:\n  a: {run: r:v2 x, outputs: {highly_sensitive: {}}}\n  b: {run: "${run}", config: {x: 1}, outputs: {highly_sensitive: {}}}\n`;
    expect(codesOf(two('r:v2 x'))).toEqual(['version-old', 'run-repeated']);
    expect(codesOf(two('r:v2  x'))).toEqual(['version-old']);
  });
});

describe('outputs', () => {
  test.each([
    ['O1 a list', '[]', ['outputs-not-mapping']],
    ['O1 null', '', ['outputs-not-mapping']],
    ['O2 none', '{}', ['outputs-empty']],
    ['O2 only null', '{highly_sensitive: , moderately_sensitive: null}', ['outputs-empty']],
    ['O2 an empty level', '{highly_sensitive: {}}', []],
    ['O3 another level', '{public: {t: t.csv}}', ['key-unknown']],
    ['O4 a list', '{highly_sensitive: [t.csv]}', ['level-not-mapping']],
    ['O4 a list of paths', '{highly_sensitive: {t: [t.csv]}}', ['output-not-text']],
    ['O4 a number', '{highly_sensitive: {t: 1.5}}', ['output-not-text']],
  ])('%s', (_name, outputs, codes) => {
    expect(codesOf(oneAction({ outputs }))).toEqual(codes);
  });

  const highly = 'highly_sensitive';
  const moderately = 'moderately_sensitive';
  const minimally = 'minimally_sensitive';

  test.each([
    [highly, 'output/t.rds'],
    [highly, 'a.b/c d-e_f.tar.gz'],
    [highly, 'x*y*.c*v'],
    [highly, '*/x.csv'],
    [highly, 'metadata2/x.csv'],
    [highly, "qu'ote*.csv"],
    [highly, 'c:x.csv'],
    [highly, '.hidden.csv'],
    [highly, 'output/été.csv'],
    [moderately, 'fig.png'],
    [moderately, 'output/.x/a.svgz'],
    [minimally, 'anything.pdf'],
  ])('%s may be %s', (level, pattern) => {
    expect(codesOf(oneAction({ outputs: `{${level}: {t: ${JSON.stringify(pattern)}}}` }))).toEqual(
      [],
    );
  });

  test.each([
    ['O5', highly, 'a\\b.csv', ['output-backslash']],
    ['O6', highly, 'a/**.csv', ['output-wildcard']],
    ['O6', highly, 'a?.csv', ['output-wildcard']],
    ['O6', highly, 'a[1].csv', ['output-wildcard']],
    ['O7', highly, 'out/*', ['output-extension']],
    ['O7', highly, 'x.*', ['output-extension']],
    ['O7', highly, 'noext', ['output-extension']],
    ['O7', highly, '.csv', ['output-extension']],
    ['O7', highly, 'x.', ['output-extension']],
    ['O7', highly, 'a.csv/b', ['output-extension']],
    ['O7', highly, '', ['output-extension']],
    ['O8', moderately, 'm.rds', ['output-type']],
    ['O8', moderately, 'm.CSV', ['output-type']],
    ['O8', moderately, 'm.csv.gz', ['output-type']],
    ['O9', highly, 'a//b.csv', ['output-not-normal']],
    ['O9', highly, './a.csv', ['output-not-normal']],
    ['O9', highly, 'a.csv/', ['output-not-normal']],
    ['O9', highly, 'a/../b.csv', ['output-parent']],
    ['up at the start', highly, '../x.csv', ['output-parent']],
    ['up behind a star', highly, '*/../x.csv', ['output-parent']],
    ['O10', highly, 'metadata/x.csv', ['output-reserved']],
    ['O10', highly, 'metadata', ['output-reserved']],
    ['git', highly, '.git/hooks/*.sample', ['output-reserved']],
    ['git below', highly, 'a/.git/x.csv', ['output-reserved']],
    ['our work', highly, '.vitrine/journals/*.json', ['output-reserved']],
    ['the project', highly, 'project.yaml', ['output-reserved']],
    ['O11', highly, '/x.csv', ['output-absolute']],
    ['O11', highly, 'c:/x.csv', ['output-absolute']],
    ['a line break', highly, 'a\nb.csv', ['output-control-character']],
    [
      'all at once',
      moderately,
      '/a//b\\?.rds',
      [
        'output-backslash',
        'output-wildcard',
        'output-absolute',
        'output-not-normal',
        'output-type',
      ],
    ],
  ])('%s: %s may not be %j', (_rule, level, pattern, codes) => {
    expect(codesOf(oneAction({ outputs: `{${level}: {t: ${JSON.stringify(pattern)}}}` }))).toEqual(
      codes,
    );
  });

  test.each([
    ['a\\b.csv', 'a/b.csv'],
    ['./a//b.csv', 'a/b.csv'],
  ])('%j has a mechanical remedy', (pattern, suggestion) => {
    const outputs = `{highly_sensitive: {t: ${JSON.stringify(pattern)}}}`;
    const { diagnostics } = parseProject(oneAction({ outputs }));
    expect(diagnostics[0]?.suggestion).toBe(suggestion);
  });

  test('O12 the same path stands once from version 2 on', () => {
    const text = (version: number): string =>
      `version: ${version}\nactions:\n  a:\n    run: r:v2\n    outputs: {highly_sensitive: {x: o.csv, y: o.csv}}\n`;
    expect(codesOf(text(1))).toEqual(['version-old']);
    expect(codesOf(text(2))).toEqual(['version-old', 'output-repeated']);
  });
});

describe('images', () => {
  const cohort = (outputs: string, run = 'cohortextractor:latest generate_cohort'): string =>
    `version: 2\nactions:\n  a: {run: "${run}", outputs: ${outputs}}\n`;

  test.each([
    ['one level', '{moderately_sensitive: {x: o/a.csv, y: o/b.csv}}', []],
    [
      'two levels',
      '{highly_sensitive: {x: o/a.csv}, moderately_sensitive: {y: o/b.csv}}',
      ['cohort-levels'],
    ],
    ['two folders', '{highly_sensitive: {x: o/a.csv, y: p/b.csv}}', ['cohort-directories']],
    ['no file', '{highly_sensitive: {}}', ['cohort-directories']],
  ])('generate_cohort with %s', (_name, outputs, codes) => {
    expect(codesOf(cohort(outputs))).toEqual(['version-old', ...codes]);
  });

  test.each(['--output-dir=o', '--output-dir o'])('generate_cohort is trusted with %s', (flag) => {
    const run = `cohortextractor:latest generate_cohort ${flag}`;
    const outputs = '{highly_sensitive: {x: o/a.csv, y: p/b.csv}}';
    expect(codesOf(cohort(outputs, run))).toEqual(['version-old']);
  });

  const dataset = (args: string, outputs: string, command = 'ehrql:v1 generate-dataset'): string =>
    oneAction({ run: JSON.stringify(`${command} ${args}`), outputs });

  test.each([
    ['--output o/d.csv', '{highly_sensitive: {x: o/d.csv}}', []],
    ['--output=o/d.csv', '{highly_sensitive: {x: o/d.csv, y: o/other.csv}}', []],
    ["--output='o/d.csv'", '{highly_sensitive: {x: o/d.csv}}', []],
    ['--output o:arrow', '{highly_sensitive: {x: o/*.arrow}}', []],
    ['--output o/:arrow', '{highly_sensitive: {x: o/a.arrow, y: o/b.arrow}}', []],
    ['--output ./o/:arrow', '{highly_sensitive: {x: o/deep/a.arrow}}', []],
    ['--output o:arrow', '{highly_sensitive: {x: o/*.csv}}', ['dataset-output-mismatch']],
    ['--output o/d.csv', '{highly_sensitive: {x: o/*.csv}}', ['dataset-output-mismatch']],
    ['--output o/d.csv', '{highly_sensitive: {}}', ['dataset-output-mismatch']],
    ['', '{highly_sensitive: {x: o/d.csv}}', ['dataset-output-missing']],
    ['--output', '{highly_sensitive: {x: o/d.csv}}', ['dataset-output-missing']],
    ['--output o/d.csv', '{moderately_sensitive: {x: o/d.csv}}', ['dataset-level']],
    ['--output o/d.csv', '{minimally_sensitive: {x: o/d.csv}}', ['dataset-level']],
  ])('generate-dataset %s with %s', (args, outputs, codes) => {
    expect(codesOf(dataset(args, outputs))).toEqual(codes);
  });

  test.each([
    'ehrql:v1  generate-dataset',
    ' ehrql:v1 generate-dataset',
    'ehrql:v1 generate_dataset',
    "'ehrql:v1' 'generate'-dataset",
    'databuilder:v1\tgenerate-dataset',
  ])('%j is a dataset however it is written', (command) => {
    const outputs = '{moderately_sensitive: {x: o/d.csv}}';
    expect(codesOf(dataset('--output o/d.csv', outputs, command))).toEqual(['dataset-level']);
  });

  test('generate-measures has no rule for its outputs', () => {
    const outputs = '{moderately_sensitive: {x: o/m.csv}}';
    expect(codesOf(dataset('', outputs, 'ehrql:v1 generate-measures'))).toEqual([]);
  });
});

describe('levels that conflict', () => {
  const inOne = (high: string, moderate: string): string =>
    oneAction({
      outputs: `{highly_sensitive: {x: "${high}"}, moderately_sensitive: {y: "${moderate}"}}`,
    });
  const inTwo = (high: string, moderate: string): string =>
    `${oneAction({ outputs: `{highly_sensitive: {x: "${high}"}}` })}\n  other: {run: r:v2 o.R, outputs: {moderately_sensitive: {y: "${moderate}"}}}`;

  test.each([
    ['o/*.csv', 'o/t.csv', 'output-levels-contradict', 'output-levels-overlap'],
    ['o/a.csv', 'o/*.csv', 'output-levels-contradict', 'output-levels-overlap'],
    ['o/*.csv', 'o/t_*.csv', 'output-levels-contradict', 'output-levels-overlap'],
    ['o/a*.csv', 'o/*b.csv', 'output-levels-overlap', 'output-levels-overlap'],
    ['*/a.csv', 'o/*.csv', 'output-levels-overlap', 'output-levels-overlap'],
  ])('%s against %s', (high, moderate, within, across) => {
    expect(codesOf(inOne(high, moderate))).toEqual([within]);
    expect(codesOf(inTwo(high, moderate))).toEqual([across]);
  });

  test.each([
    ['o/*.rds', 'o/t.csv'],
    ['o/a*.csv', 'o/b*.csv'],
    ['o/*.csv', 'o/p/a.csv'],
  ])('%s and %s do not meet', (high, moderate) => {
    expect(codesOf(inOne(high, moderate))).toEqual([]);
    expect(codesOf(inTwo(high, moderate))).toEqual([]);
  });

  test('a project with warnings only has a pipeline', () => {
    expect(parseProject(inTwo('o/*.csv', 'o/t.csv')).pipeline).not.toBeNull();
  });

  test('one pattern against many is reported once', () => {
    const actions = Array.from(
      { length: 5 },
      (_, i) => `  a${i}: {run: r:v2 ${i}, outputs: {highly_sensitive: {x: o/${i}.csv}}}`,
    );
    const text = [
      'version: 5',
      'actions:',
      ...actions,
      '  all: {run: r:v2 x, outputs: {moderately_sensitive: {x: o/*.csv}}}',
    ];
    const { diagnostics } = parseProject(text.join('\n'));
    expect(diagnostics.map(({ code }) => code)).toEqual(['output-levels-overlap']);
    expect(diagnostics[0]?.message).toContain('of "a0" in line 3 (and 4 more)');
  });
});

describe('cycles', () => {
  test('are shown, each once, and do not hide one another', () => {
    const action = (name: string, ...needs: string[]): string =>
      `  ${name}: {run: r:v2 ${name}, needs: [${needs.join(', ')}], outputs: {highly_sensitive: {}}}`;
    const text = [
      'version: 5',
      'actions:',
      action('a', 'b'),
      action('b', 'c', 'end'),
      action('c', 'a'),
      action('to_a', 'a'),
      action('x', 'x'),
      action('end'),
    ].join('\n');
    const { diagnostics } = parseProject(text);
    expect(diagnostics.map(({ code, place }) => [code, place?.line])).toEqual([
      ['needs-cycle', 3],
      ['needs-cycle', 7],
    ]);
    expect(diagnostics[0]?.message).toContain('a → b → c → a');
    expect(diagnostics[1]?.message).toContain('"x" needs itself');
  });
});

describe('faults of syntax', () => {
  test.each([
    ['a key without colon', 'actions:\n  a\n    run: x\n    needs: [b]\n  b: {}', [2]],
    ['a tab', 'actions:\n  a:\n\t  run: x\n    needs: [b]', [3]],
    ['a tab in two lines', 'actions:\n  a:\n\t  run: x\n\t  needs: [b]', [3, 4]],
    ['two colons in a line, twice', 'version: a: b\nactions: c: d\n', [1, 2]],
    ['an open bracket', 'a: [b\nc:\n  d: 1\ne: 2', [3]],
    ['an open bracket at the end', 'version: "3.0"\nactions:\n  a:\n    run: [x\n', [4]],
    ['an open bracket within another', 'a: [[b], {c: [d]\n', [1]],
    ['an open bracket before a key', 'a:\n  b: {x: 1\n  c: 2\n', [2]],
    ['too little indentation', 'actions:\n  a:\n    run: x\n   needs: [b]\n    c: d', [4]],
  ])('%s is told without what only follows from it', (_title, text, lines) => {
    const { diagnostics } = parseProject(text);
    const told = diagnostics.filter(({ code }) => code === 'yaml-syntax');
    expect(told.map(({ place }) => place?.line)).toEqual(lines);
  });
});

describe('diagnostics', () => {
  test('come all at once, in order, with place, hint and suggestion', () => {
    const text = `version: 5
actions:
  extract:
    run: ehrql:v1  generate-dataset d.py --output output/p.arrow
    outputs:
      moderately_sensitive:
        people: output/people.csv
  tables:
    run: r analysis/t.R
    need: [extrct]
    outputs:
      moderately_senstive:
        fig: output/fig.pdf
  figures:
    run: r:v2 analysis/f.R
    needs: [extrct]
    outputs:
      moderately_sensitive:
        fig: output/fig.pdf
`;
    const { pipeline, diagnostics } = parseProject(text, { file: 'project.yaml' });
    expect(pipeline).toBeNull();
    expect(
      diagnostics.map(({ code, place, suggestion }) => [
        code,
        place?.file,
        place?.line,
        place?.column,
        suggestion,
      ]),
    ).toEqual([
      ['dataset-level', 'project.yaml', 7, 17, undefined],
      ['image-tag', 'project.yaml', 9, 10, undefined],
      ['key-unknown', 'project.yaml', 10, 5, 'needs'],
      ['key-unknown', 'project.yaml', 12, 7, 'moderately_sensitive'],
      ['need-unknown', 'project.yaml', 16, 13, 'extract'],
      ['output-type', 'project.yaml', 19, 14, undefined],
    ]);
    expect(diagnostics.every(({ hint, message }) => hint !== '' && message !== '')).toBe(true);
    expect(diagnostics[5]?.hint).toContain('png or svg');
  });
});

describe('limits', () => {
  test.each([
    [{ maxLength: 10 }, 'yaml-too-long'],
    [{ maxActions: 0 }, 'actions-too-many'],
    [{ maxDepth: 2 }, 'yaml-too-deep'],
  ])('%j', (limits, code) => {
    const { pipeline, diagnostics } = parseProject(oneAction({}), { limits });
    expect(pipeline).toBeNull();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  });
});

test('of thousands of faults the first thousand are shown, and warnings stay warnings', () => {
  const project = (needs: string, level: string): string =>
    [
      'version: 5',
      'actions:',
      '  all: {run: r:v2 all, outputs: {highly_sensitive: {x: o/*.csv}}}',
      ...Array.from(
        { length: 1500 },
        (_, i) =>
          `  a${i}: {run: r:v2 ${i}, needs: [${needs}], outputs: {${level}: {x: o/${i}.csv}}}`,
      ),
    ].join('\n');
  const wrong = parseProject(project('missing', 'highly_sensitive')).diagnostics;
  expect(wrong.filter(({ code }) => code === 'need-unknown')).toHaveLength(1000);
  expect(wrong.at(-1)).toMatchObject({
    code: 'faults-omitted',
    message: 'There are 500 more faults.',
  });
  const odd = parseProject(project('', 'moderately_sensitive'));
  expect(odd.diagnostics).toHaveLength(1001);
  expect(odd.pipeline?.actions.size).toBe(1501);
});

test('very many unknown keys are told in time', () => {
  const keys = Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join('\n');
  const { diagnostics } = parseProject(keys);
  expect(diagnostics.at(-1)).toMatchObject({ code: 'faults-omitted' });
});

test('an action is never said to have meant itself', () => {
  const other = '  tabels: {run: r:v2 b, outputs: {highly_sensitive: {y: o/b.csv}}}\n';
  const text = (rest: string): string =>
    `version: 5\nactions:\n  table: {run: r:v2 a, needs: [tables], outputs: {highly_sensitive: {x: o/a.csv}}}\n${rest}`;
  const told = (rest: string) =>
    parseProject(text(rest)).diagnostics.map(({ code, suggestion }) => [code, suggestion]);
  expect(told('')).toEqual([['need-unknown', undefined]]);
  expect(told(other)).toEqual([['need-unknown', 'tabels']]);
});

describe('the pipeline', () => {
  test('of the worked example', () => {
    const pipeline = pipelineOf(`version: 5
actions:
  extract:
    run: ehrql:v1 generate-dataset analysis/def.py --output output/people.arrow
    outputs: {highly_sensitive: {people: output/people.arrow}}
  tables:
    run: r:v2 analysis/tables.R
    needs: [extract]
    config: {bands: [18, 40, 65]}
    dummy_data_file: test/d.csv
    outputs:
      moderately_sensitive: {t1: output/table_*.csv, fig: output/fig.png}
`);
    expect(pipeline.version).toBe(5);
    expect(pipeline.actions.get('tables')).toEqual({
      name: 'tables',
      run: {
        raw: 'r:v2 analysis/tables.R',
        image: { name: 'r', tag: 'v2' },
        arguments: ['analysis/tables.R', '--config', '{"bands": [18, 40, 65]}'],
      },
      needs: ['extract'],
      outputs: [
        { level: 'moderately_sensitive', label: 't1', pattern: 'output/table_*.csv' },
        { level: 'moderately_sensitive', label: 'fig', pattern: 'output/fig.png' },
      ],
      config: { bands: [18, 40, 65] },
      dummyDataFile: 'test/d.csv',
      place: { line: 6, column: 3 },
    });
  });
});
