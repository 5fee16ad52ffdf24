import fc from 'fast-check';
import { stringify } from 'yaml';

/** A project as data, before it is written as YAML. */
export interface ProjectData {
  version: number | string;
  expectations?: { population_size: number };
  actions: Record<string, ActionData>;
}

export interface ActionData {
  run: string;
  needs?: string[];
  config?: Record<string, unknown>;
  dummy_data_file?: string;
  outputs: Record<string, Record<string, string>>;
}

const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const highTypes = ['csv', 'rds', 'dta', 'csv.gz', 'feather'];
const moderateTypes = ['csv', 'png', 'html', 'txt', 'svg'];

interface ActionSeed {
  readonly name: string;
  readonly argument: string;
  readonly needs: readonly number[];
  readonly highly: readonly string[];
  readonly moderately: readonly string[];
  readonly config: Record<string, unknown> | undefined;
  readonly dummyDataFile: string | undefined;
}

const action: fc.Arbitrary<ActionSeed> = fc.record({
  name: fc.oneof(word, fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,10}[A-Za-z]$/)),
  argument: fc.constantFrom('a.R', '"quoted words"', '--flag=1', 'x: y', '# no comment', "'it'"),
  needs: fc.array(fc.nat(), { maxLength: 3 }),
  highly: fc.uniqueArray(fc.constantFrom(...highTypes), { minLength: 1, maxLength: 3 }),
  moderately: fc.uniqueArray(fc.constantFrom(...moderateTypes), { maxLength: 3 }),
  config: fc.option(
    fc.dictionary(word, fc.oneof(fc.integer(), word, fc.array(word, { minLength: 1 }))),
    {
      nil: undefined,
    },
  ),
  dummyDataFile: fc.option(
    word.map((name) => `test/${name}.csv`),
    { nil: undefined },
  ),
});

/** Valid projects of versions 2 to 5. Actions need only those before them, and every output has its own folder. */
export const validProject: fc.Arbitrary<ProjectData> = fc
  .record({
    version: fc.constantFrom(2, 3, '3.0', 4, '4.0', 5),
    size: fc.integer({ min: 1, max: 5000 }),
    actions: fc.uniqueArray(action, { selector: (seed) => seed.name, minLength: 2, maxLength: 6 }),
  })
  .map(({ version, size, actions }) => ({
    version,
    ...(Number(version) === 3 ? { expectations: { population_size: size } } : {}),
    actions: Object.fromEntries(actions.map((seed, i) => [seed.name, actionOf(seed, i, actions)])),
  }));

function actionOf(seed: ActionSeed, index: number, all: readonly ActionSeed[]): ActionData {
  const earlier = all.slice(0, index).filter(({ name }) => !name.includes(' '));
  const needs = seed.needs.flatMap((n) => earlier[n % Math.max(1, earlier.length)]?.name ?? []);
  const files = (level: string, types: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      types.map((type, i) => [`f${i}`, `output/${index}/${level}/*_${i}.${type}`]),
    );
  return {
    run: `r:v2 analysis/${index}.R ${seed.argument}`,
    ...(needs.length > 0 ? { needs } : {}),
    ...(seed.config === undefined ? {} : { config: seed.config }),
    ...(seed.dummyDataFile === undefined ? {} : { dummy_data_file: seed.dummyDataFile }),
    outputs: {
      highly_sensitive: files('high', seed.highly),
      ...(seed.moderately.length > 0
        ? { moderately_sensitive: files('mod', seed.moderately) }
        : {}),
    },
  };
}

/** Ways in which people write YAML: flow or block lists, quotes, line width, comments. */
export const writing: fc.Arbitrary<(project: ProjectData) => string> = fc
  .record({
    flow: fc.boolean(),
    quotes: fc.constantFrom(null, true, false),
    lineWidth: fc.constantFrom(0, 40, 80),
    indentSeq: fc.boolean(),
    comments: fc.boolean(),
    crlf: fc.boolean(),
  })
  .map(({ flow, quotes, lineWidth, indentSeq, comments, crlf }) => (project) => {
    let text = stringify(project, {
      collectionStyle: flow ? 'flow' : 'block',
      singleQuote: quotes,
      lineWidth,
      indentSeq,
      aliasDuplicateObjects: false,
    });
    if (comments) text = `# A study\n\n${text.replaceAll(/^( *run:)/gm, '  # next\n$1')}`;
    return crlf ? text.replaceAll('\n', '\r\n') : text;
  });
