import { isPrivacyLevel, level4FileTypes, PrivacyLevel, privacyLevels } from '../privacy-level.ts';
import type { YamlMap, YamlNode } from '../yaml/node.ts';
import { isNull, textOf } from '../yaml/scalar.ts';
import type { ActionDraft, OutputDraft, OutputsDraft } from './draft.ts';
import { checkKeys } from './keys.ts';
import type { Report } from './report.ts';

/** Reads an `outputs` section: rules O1 to O4, and for every pattern O5 to O11. */
export function readOutputs(action: string, node: YamlNode, report: Report): OutputsDraft | null {
  if (node.kind !== 'map') {
    report.add('outputs-not-mapping', { action }, node.start);
    return null;
  }
  checkKeys(node, privacyLevels, () => `the outputs section of "${action}"`, report);
  const list: OutputDraft[] = [];
  let levels = 0;
  let unknown = 0;
  for (const { key, value: section } of node.entries) {
    const level = key.text;
    if (!isPrivacyLevel(level)) unknown += 1;
    if (!isPrivacyLevel(level) || isNull(section)) continue;
    levels += 1;
    if (section.kind !== 'map') report.add('level-not-mapping', { action, level }, section.start);
    else readLevel(action, level, section, list, report);
  }
  if (levels === 0 && unknown === 0) report.add('outputs-empty', { action }, node.start);
  return { at: node.start, list, levels };
}

function readLevel(
  action: string,
  level: PrivacyLevel,
  section: YamlMap,
  list: OutputDraft[],
  report: Report,
): void {
  for (const { key, value } of section.entries) {
    const label = key.text;
    const pattern = textOf(value);
    if (pattern === undefined) {
      report.add('output-not-text', { action, label }, value.start);
      continue;
    }
    const sound = checkPattern(pattern, level, value.start, report);
    list.push({ level, label, pattern, at: value.start, sound });
  }
}

/** Where no output may stand: what is written there, git or the next run would act upon. */
const RESERVED: readonly { readonly path: RegExp; readonly keeper: string }[] = [
  { path: /^metadata(\/|$)/, keeper: 'where logs are kept' },
  { path: /^\.vitrine\//, keeper: 'where the work of running actions is kept' },
  { path: /(^|\/)\.git\//, keeper: 'in the folder of git' },
  {
    path: /^(project\.yaml|vitrine\.json)$/,
    keeper: 'in the place of what says how the study runs',
  },
];

/** Nearly every pattern: directories and a name of harmless characters, and a plain extension. */
const ORDINARY =
  /^(?:[A-Za-z0-9_*-][A-Za-z0-9_* .-]*\/)*[A-Za-z0-9_*-][A-Za-z0-9_* .-]*\.([A-Za-z0-9]+)$/;

/** Reports everything that is wrong with one pattern, and says whether nothing is. */
function checkPattern(pattern: string, level: PrivacyLevel, at: number, report: Report): boolean {
  const ordinary = ORDINARY.exec(pattern);
  if (
    ordinary !== null &&
    !pattern.includes('**') &&
    !/^metadata\/|^(project\.yaml|vitrine\.json)$/.test(pattern) &&
    (level !== PrivacyLevel.moderatelySensitive || level4FileTypes.includes(ordinary[1] ?? ''))
  ) {
    return true;
  }
  let sound = true;
  for (const check of patternChecks) sound = check(pattern, level, at, report) && sound;
  return sound;
}

type PatternCheck = (pattern: string, level: PrivacyLevel, at: number, report: Report) => boolean;

const patternChecks: readonly PatternCheck[] = [
  function forwardSlashes(pattern, _level, at, report) {
    if (!pattern.includes('\\')) return true;
    report.add('output-backslash', { pattern }, at, pattern.replaceAll('\\', '/'));
    return false;
  },

  function visibleCharacters(pattern, _level, at, report) {
    if (!/\p{Cc}/u.test(pattern)) return true;
    report.add('output-control-character', { pattern }, at);
    return false;
  },

  function onlyStars(pattern, _level, at, report) {
    const wildcard = ['**', '?', '['].find((candidate) => pattern.includes(candidate));
    if (wildcard === undefined) return true;
    report.add('output-wildcard', { pattern, wildcard }, at);
    return false;
  },

  function relative(pattern, _level, at, report) {
    if (!pattern.startsWith('/') && !/^[A-Za-z]:\//.test(pattern)) return true;
    report.add('output-absolute', { pattern }, at);
    return false;
  },

  function insideWorkspace(pattern, _level, at, report) {
    if (!pattern.split('/').includes('..')) return true;
    report.add('output-parent', { pattern }, at);
    return false;
  },

  function normalForm(pattern, _level, at, report) {
    if (pattern === '') return true;
    const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
    const rooted = /^\/*/.exec(pattern)?.[0] ?? '';
    const normal = rooted + parts.join('/');
    if (normal === pattern) return true;
    report.add('output-not-normal', { pattern, normal }, at, normal);
    return false;
  },

  function outsideReserved(pattern, _level, at, report) {
    const reserved = RESERVED.find(({ path }) => path.test(pattern));
    if (reserved === undefined) return true;
    report.add('output-reserved', { pattern, keeper: reserved.keeper }, at);
    return false;
  },

  function extension(pattern, level, at, report) {
    const type = extensionOf(pattern);
    if (type === null || type.endsWith('*')) {
      if (pattern === 'metadata') return false;
      const example = `${pattern.replace(/(?:\.\*?)+$/, '')}.csv`;
      report.add('output-extension', { pattern, example }, at);
      return false;
    }
    if (level !== PrivacyLevel.moderatelySensitive || level4FileTypes.includes(type)) return true;
    report.add('output-type', { pattern, type, advice: typeAdvice(type) }, at);
    return false;
  },
];

/** What follows the last dot of the file name; null for `name`, `.name` and `name.`, which have none. */
function extensionOf(pattern: string): string | null {
  const name = pattern.split('/').findLast((part) => part !== '' && part !== '.') ?? '';
  const dot = name.lastIndexOf('.');
  return dot > 0 && dot < name.length - 1 ? name.slice(dot + 1) : null;
}

const TYPE_ADVICE: readonly (readonly [readonly string[], string])[] = [
  [
    [
      'rds',
      'rda',
      'rdata',
      'dta',
      'ster',
      'feather',
      'arrow',
      'parquet',
      'pkl',
      'pickle',
      'sas7bdat',
      'npy',
      'h5',
    ],
    'list it under highly_sensitive if later actions read it, and write what people shall see as a csv or txt file',
  ],
  [
    ['pdf', 'eps', 'ps', 'tif', 'tiff', 'gif', 'webp', 'bmp', 'emf', 'wmf', 'gph'],
    'save the figure as png or svg',
  ],
  [['xml', 'xls', 'xlsx', 'ods', 'tsv', 'dat'], 'write the table as csv'],
  [
    ['doc', 'docx', 'odt', 'rtf', 'tex', 'rmd', 'qmd', 'ipynb', 'htm'],
    'make the report an html, md or txt file',
  ],
  [
    ['gz', 'zip', 'tar', 'bz2', 'xz', '7z', 'zst'],
    'write it uncompressed, so that it can be looked at',
  ],
  [['smcl'], 'save the log as a plain text .log file'],
  [['yaml', 'yml', 'toml', 'ini'], 'write it as json'],
];

function typeAdvice(type: string): string {
  const lower = type.toLowerCase();
  if (level4FileTypes.includes(lower)) return `write the extension in lower case, .${lower}`;
  return (
    TYPE_ADVICE.find(([types]) => types.includes(lower))?.[1] ??
    'list it under highly_sensitive, or write another type of file'
  );
}

/** Reports outputs that stand twice: rule O12. */
export function checkOutputsUnique(actions: Iterable<ActionDraft | null>, report: Report): void {
  const seen = new Map<string, { readonly action: string; readonly at: number }>();
  for (const action of actions) {
    if (action?.outputs == null) continue;
    for (const { pattern, at } of action.outputs.list) {
      const first = seen.get(pattern);
      if (first === undefined) seen.set(pattern, { action: action.name, at });
      else {
        const values = { pattern, action: first.action, line: report.lineOf(first.at) };
        report.add('output-repeated', values, at);
      }
    }
  }
}
