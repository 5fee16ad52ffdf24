import { configArguments, toConfigMap } from '../config-json.ts';
import type { Diagnostic } from '../fault.ts';
import type { Action, Pipeline } from '../pipeline.ts';
import { linesOf, type PlaceOf } from '../yaml/line-index.ts';
import { lookUp, type YamlMap } from '../yaml/node.ts';
import { readYaml, type YamlLimits } from '../yaml/read-yaml.ts';
import { isNull } from '../yaml/scalar.ts';
import { readActions } from './action-rules.ts';
import type { ActionDraft } from './draft.ts';
import { readPopulationSize } from './expectations.ts';
import { checkKeys } from './keys.ts';
import { pythonFloat } from './python-number.ts';
import { Report } from './report.ts';
import { reportYaml } from './report-yaml.ts';
import { toRunCommand } from './run-rules.ts';
import { LATEST_VERSION, rulesOf, rulesOfAnyVersion } from './versions.ts';

/** How large a project may be. The largest public study has about 300 actions in 4,200 lines. */
export interface ProjectLimits extends YamlLimits {
  readonly maxActions: number;
}

export const defaultProjectLimits: ProjectLimits = {
  maxLength: 4 * 1024 * 1024,
  maxDepth: 100,
  maxNodes: 1_000_000,
  maxActions: 20_000,
};

export interface ParseOptions {
  /** The name to give in places, as the researcher knows it. */
  readonly file?: string;
  readonly limits?: Partial<ProjectLimits>;
}

export interface ParsedProject {
  /** Null where there is any error. Warnings leave it in place. */
  readonly pipeline: Pipeline | null;
  /** Everything found, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a project.yaml and checks every rule of its version, reporting all faults at once (pipeline §1).
 *
 * It takes all that the original takes and runs, and closes what the original leaves open: cycles, paths that leave the
 * workspace, names that leave the log folder, rules that a second space switches off, and limits.
 */
export function parseProject(text: string, options: ParseOptions = {}): ParsedProject {
  const limits = { ...defaultProjectLimits, ...options.limits };
  const reading = readYaml(text, limits);
  const placeOf = linesOf(reading.text, options.file);
  const report = new Report(placeOf);
  reportYaml(reading.faults, report);
  const { root } = reading;
  let pipeline: Pipeline | null = null;
  if (root !== null && !isNull(root)) {
    if (root.kind === 'map') pipeline = readProject(root, limits, placeOf, report);
    else report.add('project-not-mapping', {}, root.start);
  } else if (reading.faults.length === 0) {
    report.add('project-empty', {}, 0);
  }
  return { pipeline, diagnostics: report.diagnostics() };
}

function readProject(
  root: YamlMap,
  limits: ProjectLimits,
  placeOf: PlaceOf,
  report: Report,
): Pipeline | null {
  const allowed = ['version', 'actions', 'expectations'];
  const misspelt = checkKeys(root, allowed, () => 'a project', report);
  const versionNode = lookUp(root, 'version');
  const version = misspelt.has('version') ? null : readVersion(root, report);
  const rules = version === null ? rulesOfAnyVersion : rulesOf(version);
  const versionAt = versionNode?.start ?? root.start;
  const populationSize = misspelt.has('expectations')
    ? null
    : readPopulationSize(lookUp(root, 'expectations'), rules, versionAt, report);
  const actionsNode = lookUp(root, 'actions');
  let drafts: ReadonlyMap<string, ActionDraft | null> = new Map();
  if (actionsNode?.kind === 'map') drafts = readActions(actionsNode, rules, limits, report);
  else if (!misspelt.has('actions')) {
    report.add('actions-not-mapping', {}, actionsNode?.start ?? root.start);
  }
  if (version === null || report.hasErrors) return null;
  return { version, populationSize, actions: toActions(drafts, placeOf) };
}

/** Reads `version`: rules T3 to T5. Null where it is not a version. */
function readVersion(root: YamlMap, report: Report): number | null {
  const node = lookUp(root, 'version');
  if (node === undefined || isNull(node)) {
    report.add('version-missing', {}, node?.start ?? root.start);
    return null;
  }
  const version = pythonFloat(node);
  if (version === undefined) {
    report.add('version-not-number', {}, node.start);
    return null;
  }
  if (version > LATEST_VERSION) {
    report.add('version-too-new', { version }, node.start);
    return null;
  }
  if (version < LATEST_VERSION) report.add('version-old', { version }, node.start);
  return version;
}

/** Called only when nothing is wrong, so every draft is whole. */
function toActions(
  drafts: ReadonlyMap<string, ActionDraft | null>,
  placeOf: PlaceOf,
): ReadonlyMap<string, Action> {
  const actions = new Map<string, Action>();
  for (const draft of drafts.values()) {
    if (draft?.run == null || draft.outputs === null) continue;
    const { name, config } = draft;
    actions.set(name, {
      name,
      run: toRunCommand(draft.run, config === null ? [] : configArguments(config)),
      needs: draft.needs.map((need) => need.name),
      outputs: draft.outputs.list.map(({ level, label, pattern }) => ({ level, label, pattern })),
      config: config === null ? null : toConfigMap(config),
      dummyDataFile: draft.dummyDataFile,
      place: placeOf(draft.at),
    });
  }
  return actions;
}
