import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Pipeline } from '../pipeline.ts';
import { numRuns } from '../python.testing.ts';
import { parseProject } from '../rules/parse-project.ts';
import { type HistoryEntry, JobState } from './history.ts';
import type { Plan, PlanRequest } from './plan.ts';
import { planJobs } from './plan-jobs.ts';

/** A pipeline from `name: needs`. */
function pipelineOf(needs: Readonly<Record<string, readonly string[]>>): Pipeline {
  const actions = Object.entries(needs).map(
    ([name, list]) =>
      `  ${name}: {run: r:v2 ${name}, needs: [${list.join(', ')}], outputs: {highly_sensitive: {x: ${name}.csv}}}`,
  );
  const { pipeline } = parseProject(['version: 5', 'actions:', ...actions].join('\n'));
  if (pipeline === null) throw new Error('not a valid pipeline');
  return pipeline;
}

const ran = (
  action: string,
  state: JobState,
  day = 1,
  more?: Partial<HistoryEntry>,
): HistoryEntry => ({
  action,
  state,
  createdAt: `2022-05-${String(day).padStart(2, '0')}T09:00:00Z`,
  ...more,
});

/** A plan in short: `job(waits for) reason`. */
function inShort(plan: Plan): readonly string[] {
  if (plan.kind === 'refused') return plan.diagnostics.map(({ code }) => code);
  const jobs = plan.kind === 'run' ? plan.jobs : [];
  return [
    ...jobs.map((job) => `${job.action}(${job.needsJobs.join(' ')}) ${job.because.kind}`),
    ...plan.reused.map((reused) => `${reused.action} ${reused.because.kind}`),
    ...(plan.kind === 'nothing-to-do' ? [plan.because] : []),
  ];
}

const chain = pipelineOf({ cohort: [], tables: ['cohort'], report: ['tables', 'cohort'] });

describe('the table of re-run rules', () => {
  const none = 'none';
  test.each([
    [
      none,
      ['cohort() requested'],
      ['cohort() never-run', 'tables(cohort) requested'],
      ['cohort() never-run', 'tables(cohort) requested'],
    ],
    [
      'cancelled',
      ['cohort() requested'],
      ['cohort() never-run', 'tables(cohort) requested'],
      ['cohort() never-run', 'tables(cohort) requested'],
    ],
    [
      'pending',
      ['cohort pending', 'already-scheduled'],
      ['tables(cohort) requested', 'cohort pending'],
      ['tables(cohort) requested', 'cohort pending'],
    ],
    [
      'running',
      ['cohort running', 'already-scheduled'],
      ['tables(cohort) requested', 'cohort running'],
      ['tables(cohort) requested', 'cohort running'],
    ],
    [
      'succeeded',
      ['cohort() requested'],
      ['tables() requested', 'cohort succeeded'],
      ['cohort() forced', 'tables(cohort) requested'],
    ],
    [
      'failed',
      ['cohort() requested'],
      ['cohort() failed', 'tables(cohort) requested'],
      ['cohort() failed', 'tables(cohort) requested'],
    ],
  ] as const)('%s', (state, asked, needed, forced) => {
    const history = state === none ? [] : [ran('cohort', state)];
    const plan = (requested: string[], forceRunDependencies: boolean): readonly string[] =>
      inShort(planJobs({ pipeline: chain, requested, forceRunDependencies, history }));
    expect(plan(['cohort'], false)).toEqual(asked);
    expect(plan(['cohort'], true)).toEqual(asked);
    expect(plan(['tables'], false)).toEqual(needed);
    expect(plan(['tables'], true)).toEqual(forced);
  });
});

describe('history', () => {
  test.each([
    [
      'an older job counts where the newest was cancelled',
      [ran('cohort', 'cancelled', 3), ran('cohort', 'succeeded', 2)],
      ['tables() requested', 'cohort succeeded'],
    ],
    [
      'the newest counts in whatever order they come',
      [ran('cohort', 'failed', 5), ran('cohort', 'succeeded', 2)],
      ['cohort() failed', 'tables(cohort) requested'],
    ],
    [
      'instants are compared, not their spelling',
      [
        ran('cohort', 'failed', 1, { createdAt: '2022-05-01T10:00:00+02:00' }),
        ran('cohort', 'succeeded'),
      ],
      ['tables() requested', 'cohort succeeded'],
    ],
    [
      'of two at one instant the later in the list counts',
      [ran('cohort', 'failed'), ran('cohort', 'succeeded')],
      ['tables() requested', 'cohort succeeded'],
    ],
    [
      'a success whose files are gone counts as none',
      [ran('cohort', 'succeeded', 1, { outputsMissing: true })],
      ['cohort() outputs-missing', 'tables(cohort) requested'],
    ],
    [
      'a running job is waited for whatever files are gone',
      [ran('cohort', 'running', 1, { outputsMissing: true })],
      ['tables(cohort) requested', 'cohort running'],
    ],
    [
      'other actions play no part',
      [ran('gone', 'running')],
      ['cohort() never-run', 'tables(cohort) requested'],
    ],
  ])('%s', (_name, history, expected) => {
    expect(inShort(planJobs({ pipeline: chain, requested: ['tables'], history }))).toEqual(
      expected,
    );
  });

  test('what a reused action needs is not looked at', () => {
    const history = [ran('cohort', 'failed'), ran('tables', 'running')];
    const pipeline = pipelineOf({ cohort: [], tables: ['cohort'], report: ['tables'] });
    expect(inShort(planJobs({ pipeline, requested: ['report'], history }))).toEqual([
      'report(tables) requested',
      'tables running',
    ]);
  });
});

describe('run_all', () => {
  const plan = (requested: string[], history: HistoryEntry[], force = false): readonly string[] =>
    inShort(planJobs({ pipeline: chain, requested, history, forceRunDependencies: force }));

  test('runs what has not succeeded, in an order in which needs come first', () => {
    expect(plan(['run_all'], [ran('cohort', 'succeeded'), ran('report', 'failed')])).toEqual([
      'tables() never-run',
      'report(tables) failed',
      'cohort succeeded',
    ]);
  });

  test('takes the place of other names, which still count as asked for', () => {
    expect(
      plan(['run_all', 'cohort'], [ran('cohort', 'succeeded'), ran('tables', 'succeeded')]),
    ).toEqual(['cohort() requested', 'report(cohort) never-run', 'tables succeeded']);
  });

  test('has nothing to do where all has succeeded or is under way', () => {
    const history = [
      ran('cohort', 'succeeded'),
      ran('tables', 'running'),
      ran('report', 'pending'),
    ];
    expect(plan(['run_all'], history).at(-1)).toBe('all-done-or-scheduled');
  });

  test('runs everything again by force', () => {
    const history = ['cohort', 'tables', 'report'].map((action) => ran(action, 'succeeded'));
    expect(plan(['run_all'], history, true)).toEqual([
      'cohort() forced',
      'tables(cohort) forced',
      'report(tables cohort) forced',
    ]);
  });

  test("leaves out an old project's own run_all unless it is needed", () => {
    const text = `version: 4
actions:
  run_all: {run: r:v2 a, outputs: {highly_sensitive: {x: a.csv}}}
  b: {run: r:v2 b, outputs: {highly_sensitive: {x: b.csv}}}
  c: {run: r:v2 c, needs: [run_all], outputs: {highly_sensitive: {x: c.csv}}}
`;
    const { pipeline } = parseProject(text);
    if (pipeline === null) throw new Error('not valid');
    expect(inShort(planJobs({ pipeline, requested: ['b'] }))).toEqual(['b() requested']);
    expect(inShort(planJobs({ pipeline, requested: ['run_all'] }))).toEqual([
      'b() never-run',
      'run_all() never-run',
      'c(run_all) never-run',
    ]);
  });
});

describe('refusals', () => {
  test('an unknown action gets the valid names and the likely one', () => {
    const plan = planJobs({ pipeline: chain, requested: ['cohrt', 'tables', 'nonsense'] });
    expect(plan.kind).toBe('refused');
    const diagnostics = plan.kind === 'refused' ? plan.diagnostics : [];
    expect(diagnostics.map(({ code, suggestion }) => [code, suggestion])).toEqual([
      ['action-unknown', 'cohort'],
      ['action-unknown', undefined],
    ]);
    expect(diagnostics[0]?.hint).toBe(
      'Did you mean "cohort"? The project has: cohort, tables, report.',
    );
  });

  test('no action at all', () => {
    expect(inShort(planJobs({ pipeline: chain, requested: [] }))).toEqual(['request-empty']);
  });

  test('a pipeline that was not checked', () => {
    const cohort = chain.actions.get('cohort');
    if (cohort === undefined) throw new Error('no cohort');
    const plan = (needs: string[]): Plan => {
      const actions = new Map(chain.actions).set('cohort', { ...cohort, needs });
      return planJobs({ pipeline: { ...chain, actions }, requested: ['report'] });
    };
    expect(inShort(plan(['report']))).toEqual(['needs-cycle']);
    expect(inShort(plan(['missing']))).toEqual(['need-unknown']);
  });
});

test('every decision is told in words', () => {
  const history = [
    ran('cohort', 'succeeded', 2, { finishedAt: '2022-05-12T10:00:00Z' }),
    ran('tables', 'failed', 3),
  ];
  const plan = planJobs({ pipeline: chain, requested: ['report'], history });
  if (plan.kind !== 'run') throw new Error(plan.kind);
  expect(plan.jobs.map(({ action, reason }) => `${action} ${reason}`)).toEqual([
    'tables runs because report needs it and it failed last time, on 2022-05-03',
    'report runs because you asked for it',
  ]);
  expect(plan.reused.map(({ action, reason }) => `${action} ${reason}`)).toEqual([
    'cohort reused: it succeeded on 2022-05-12',
  ]);
});

test('a chain of 20,000 actions does not fill the stack', () => {
  const first = chain.actions.get('cohort');
  if (first === undefined) throw new Error('no cohort');
  const actions = new Map(
    Array.from({ length: 20_000 }, (_, i) => [
      `a${i}`,
      { ...first, name: `a${i}`, needs: i === 0 ? [] : [`a${i - 1}`] },
    ]),
  );
  const plan = planJobs({ pipeline: { ...chain, actions }, requested: ['a19999'] });
  expect(plan.kind === 'run' && plan.jobs.length).toBe(20_000);
});

// Properties, against the recursion that the table describes, written as plainly as it can be.

interface Model {
  readonly created: ReadonlyMap<string, readonly string[]>;
  readonly reused: ReadonlySet<string>;
}

function model({ pipeline, requested, forceRunDependencies, history = [] }: PlanRequest): Model {
  const jobs = new Map<string, 'new' | JobState>();
  for (const { action, state } of history) if (state !== 'cancelled') jobs.set(action, state);
  const created = new Map<string, string[]>();
  const reused = new Set<string>();
  const build = (name: string): void => {
    const state = jobs.get(name);
    const active = state === 'new' || state === 'pending' || state === 'running';
    const again = requested.includes(name) || forceRunDependencies === true || state === 'failed';
    if (active || (state === 'succeeded' && !again)) {
      if (state !== 'new') reused.add(name);
      return;
    }
    const waits: string[] = [];
    for (const need of pipeline.actions.get(name)?.needs ?? []) {
      build(need);
      const found = jobs.get(need);
      if (found !== 'succeeded' && !waits.includes(need)) waits.push(need);
    }
    jobs.set(name, 'new');
    created.set(name, waits);
  };
  const all = [...pipeline.actions.keys()];
  for (const name of requested.includes('run_all') ? all : requested) build(name);
  return { created, reused };
}

const request: fc.Arbitrary<PlanRequest> = fc.integer({ min: 1, max: 7 }).chain((count) =>
  fc.record({
    pipeline: fc
      .array(fc.array(fc.nat({ max: count - 1 }), { maxLength: 3 }), {
        minLength: count,
        maxLength: count,
      })
      .map((needs) =>
        pipelineOf(
          Object.fromEntries(
            needs.map((list, i) => [`a${i}`, list.filter((n) => n < i).map((n) => `a${n}`)]),
          ),
        ),
      ),
    requested: fc.array(
      fc.constantFrom('run_all', ...Array.from({ length: count }, (_, i) => `a${i}`)),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    forceRunDependencies: fc.boolean(),
    history: fc
      .array(
        fc.record({
          action: fc.nat({ max: count - 1 }).map((n) => `a${n}`),
          state: fc.constantFrom(...Object.values(JobState)),
        }),
        { maxLength: 10 },
      )
      .map((jobs) => jobs.map(({ action, state }, i) => ran(action, state, i + 1))),
  }),
);

describe('for any project, request and history', () => {
  test('the plan is what the table says', () => {
    fc.assert(
      fc.property(request, (given) => {
        const plan = planJobs(given);
        const expected = model(given);
        if (plan.kind === 'refused') throw new Error('refused');
        const jobs = plan.kind === 'run' ? plan.jobs : [];
        expect(new Map(jobs.map((job) => [job.action, job.needsJobs]))).toEqual(expected.created);
        expect(new Set(plan.reused.map(({ action }) => action))).toEqual(expected.reused);
        expect(plan.kind).toBe(expected.created.size > 0 ? 'run' : 'nothing-to-do');
      }),
      { numRuns: numRuns * 5 },
    );
  });

  test('no action has two jobs, and every job comes after those it waits for', () => {
    fc.assert(
      fc.property(request, (given) => {
        const plan = planJobs(given);
        const jobs = plan.kind === 'run' ? plan.jobs : [];
        const created = new Set(jobs.map(({ action }) => action));
        expect(created.size).toBe(jobs.length);
        const before = new Set<string>();
        for (const job of jobs) {
          for (const need of job.needsJobs) if (created.has(need)) expect(before).toContain(need);
          before.add(job.action);
        }
      }),
      { numRuns },
    );
  });

  test('asking again while the jobs wait creates nothing', () => {
    fc.assert(
      fc.property(request, (given) => {
        const plan = planJobs(given);
        const jobs = plan.kind === 'run' ? plan.jobs : [];
        const waiting = jobs.map(({ action }) => ran(action, 'pending', 28));
        const again = planJobs({ ...given, history: [...(given.history ?? []), ...waiting] });
        const startable = new Set(given.requested);
        // With force, what had been left alone behind a reused job stays so; nothing that waits is started twice.
        const twice =
          again.kind === 'run'
            ? again.jobs.filter(({ action }) => jobs.some((job) => job.action === action))
            : [];
        expect(twice).toEqual([]);
        if (!startable.has('run_all')) expect(again.kind).toBe('nothing-to-do');
      }),
      { numRuns },
    );
  });
});
