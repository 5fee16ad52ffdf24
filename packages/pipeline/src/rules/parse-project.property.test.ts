import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numRuns } from '../python.testing.ts';
import { parseProject } from './parse-project.ts';
import { type ActionData, type ProjectData, validProject, writing } from './project.testing.ts';

const errorsOf = (text: string): readonly string[] =>
  parseProject(text)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

test('valid projects are accepted however they are written, and nothing is lost', () => {
  fc.assert(
    fc.property(validProject, writing, (project, write) => {
      const { pipeline, diagnostics } = parseProject(write(project));
      const codes = diagnostics.map(({ code }) => code);
      expect(codes).toEqual(Number(project.version) === 5 ? [] : ['version-old']);
      const read = [...(pipeline?.actions.values() ?? [])].map((action) => [
        action.name,
        {
          run: action.run.raw,
          needs: action.needs,
          config: action.config ?? undefined,
          dummy_data_file: action.dummyDataFile ?? undefined,
          outputs: Object.groupBy(action.outputs, ({ level }) => level),
        },
      ]);
      const written = Object.entries(project.actions).map(([name, action]) => [
        name,
        {
          run: action.run,
          needs: action.needs ?? [],
          config: action.config,
          dummy_data_file: action.dummy_data_file,
          outputs: Object.fromEntries(
            Object.entries(action.outputs).map(([level, files]) => [
              level,
              Object.entries(files).map(([label, pattern]) => ({ level, label, pattern })),
            ]),
          ),
        },
      ]);
      expect(Object.fromEntries(read)).toEqual(Object.fromEntries(written));
    }),
    { numRuns },
  );
});

/** One slip, and the code that it must give, no other. */
interface Slip {
  readonly name: string;
  readonly code: string;
  readonly make: (project: ProjectData, first: ActionData, last: ActionData) => void;
}

const setOutput =
  (pattern: string, level = 'highly_sensitive') =>
  (_project: ProjectData, first: ActionData): void => {
    first.outputs[level] = { ...first.outputs[level], slip: pattern };
  };

/** Puts something of the wrong type where the type of the data would not let it be. */
const wrong = <T>(value: unknown): T => value as T;

const slips: readonly Slip[] = [
  { name: 'T2', code: 'key-unknown', make: (p) => Object.assign(p, { author: 'me' }) },
  {
    name: 'T4',
    code: 'version-not-number',
    make: (p) => {
      p.version = 'five';
    },
  },
  {
    name: 'T5',
    code: 'version-too-new',
    make: (p) => {
      p.version = 6;
    },
  },
  {
    name: 'A1',
    code: 'action-not-mapping',
    make: (p) => {
      p.actions['slip'] = wrong(null);
    },
  },
  {
    name: 'A2',
    code: 'action-key-missing',
    make: (p) => {
      p.actions['slip'] = wrong({ run: 'r:v2' });
    },
  },
  { name: 'A3', code: 'key-unknown', make: (_, a) => Object.assign(a, { checks: 1 }) },
  {
    name: 'A4',
    code: 'run-empty',
    make: (_, a) => {
      a.run = '';
    },
  },
  {
    name: 'A4 list',
    code: 'run-not-text',
    make: (_, a) => {
      a.run = wrong(['r:v2']);
    },
  },
  {
    name: 'A5',
    code: 'run-quoting',
    make: (_, a) => {
      a.run += ' "';
    },
  },
  {
    name: 'A6',
    code: 'image-tag',
    make: (_, a) => {
      a.run = a.run.replace(':v2', ':2');
    },
  },
  {
    name: 'A6 name',
    code: 'image-name',
    make: (_, a) => {
      a.run = `/${a.run}`;
    },
  },
  {
    name: 'A7',
    code: 'needs-not-list',
    make: (_, a) => {
      a.needs = wrong('x');
    },
  },
  {
    name: 'A8',
    code: 'need-with-space',
    make: (_, a) => {
      a.needs = ['x y'];
    },
  },
  {
    name: 'A8 type',
    code: 'need-not-text',
    make: (_, a) => {
      a.needs = wrong([1]);
    },
  },
  {
    name: 'A9',
    code: 'need-unknown',
    make: (_, a) => {
      a.needs = ['/'];
    },
  },
  {
    name: 'A10',
    code: 'config-not-mapping',
    make: (_, a) => {
      a.config = wrong([1]);
    },
  },
  {
    name: 'A11',
    code: 'dummy-data-file-not-text',
    make: (_, a) => {
      a.dummy_data_file = wrong(1);
    },
  },
  {
    name: 'A12',
    code: 'run-repeated',
    make: (_, a, b) => {
      a.run = b.run;
    },
  },
  {
    name: 'O1',
    code: 'outputs-not-mapping',
    make: (_, a) => {
      a.outputs = wrong(['x.csv']);
    },
  },
  {
    name: 'O2',
    code: 'outputs-empty',
    make: (_, a) => {
      a.outputs = {};
    },
  },
  {
    name: 'O3',
    code: 'key-unknown',
    make: (_, a) => {
      a.outputs['public'] = {};
    },
  },
  {
    name: 'O4',
    code: 'level-not-mapping',
    make: (_, a) => {
      a.outputs['highly_sensitive'] = wrong(['x.csv']);
    },
  },
  {
    name: 'O4 path',
    code: 'output-not-text',
    make: (_, a) => {
      a.outputs['highly_sensitive'] = wrong({ x: 1 });
    },
  },
  { name: 'O5', code: 'output-backslash', make: setOutput('a\\b.csv') },
  { name: 'O6', code: 'output-wildcard', make: setOutput('a?.csv') },
  { name: 'O7', code: 'output-extension', make: setOutput('slip/*') },
  { name: 'O8', code: 'output-type', make: setOutput('slip.pdf', 'moderately_sensitive') },
  { name: 'O9', code: 'output-not-normal', make: setOutput('a//b.csv') },
  { name: 'up', code: 'output-parent', make: setOutput('../b.csv') },
  { name: 'O10', code: 'output-reserved', make: setOutput('metadata/b.csv') },
  { name: 'O11', code: 'output-absolute', make: setOutput('/b.csv') },
  {
    name: 'O12',
    code: 'output-repeated',
    make: (_, a, b) => {
      Object.assign(a.outputs['highly_sensitive'] ?? {}, { slip: 'slip.csv' });
      Object.assign(b.outputs['highly_sensitive'] ?? {}, { slip: 'slip.csv' });
    },
  },
  {
    name: 'two levels',
    code: 'output-levels-contradict',
    make: (_, a) => {
      a.outputs = {
        highly_sensitive: { x: 'slip/*.csv' },
        moderately_sensitive: { y: 'slip/t.csv' },
      };
    },
  },
  {
    name: 'a circle',
    code: 'needs-cycle',
    make: (p) => {
      const outputs = { highly_sensitive: {} };
      p.actions['slip1'] = { run: 'r:v2 slip1', needs: ['slip2'], outputs };
      p.actions['slip2'] = { run: 'r:v2 slip2', needs: ['slip1'], outputs };
    },
  },
  {
    name: 'a dataset',
    code: 'dataset-level',
    make: (_, a) => {
      a.run = 'ehrql:v1  generate-dataset slip.py --output slip.csv';
      a.outputs = { moderately_sensitive: { x: 'slip.csv' } };
    },
  },
];

describe('one slip in a valid project gives exactly its fault:', () => {
  test.each(slips)('$name $code', ({ code, make }) => {
    fc.assert(
      fc.property(validProject, writing, (valid, write) => {
        const project = structuredClone(valid);
        const actions = Object.values(project.actions);
        const [first, last] = [actions.at(0), actions.at(-1)];
        if (first === undefined || last === undefined) throw new Error('a project of two actions');
        make(project, first, last);
        expect(errorsOf(write(project))).toEqual([code]);
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });
});

test('whatever the text, parsing ends with a pipeline or an error, and never throws', () => {
  const fragment = fc.constantFrom(
    'version: 5',
    'actions:',
    '  a:',
    '    run: r:v2',
    '    outputs:',
    '- ',
    '  ',
    '\n',
    ': ',
    '"',
    "'",
    '#',
    '[',
    ']',
    '{',
    '}',
    ',',
    '*a',
    '&a ',
    '!',
    '|',
    '>',
    '%',
    '@',
    '\t',
    '<<: ',
    '?',
    '---',
    '...',
    '\0',
    'highly_sensitive',
    '\ufeff',
    '\u2028',
    '😀',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 40 }), (fragments) => {
      const { pipeline, diagnostics } = parseProject(fragments.join(''));
      expect(pipeline === null).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    }),
    { numRuns: numRuns * 5 },
  );
});
