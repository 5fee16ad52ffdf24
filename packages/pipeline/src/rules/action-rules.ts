import { lookUp, type YamlEntry, type YamlMap, type YamlNode } from '../yaml/node.ts';
import { isNull, textOf } from '../yaml/scalar.ts';
import { checkActionName } from './action-name.ts';
import { checkCycles } from './cycles.ts';
import type { ActionDraft } from './draft.ts';
import { checkImageRules } from './image-rules.ts';
import { checkKeys } from './keys.ts';
import { checkNeedsExist, readNeeds } from './needs-rules.ts';
import { checkOutputsUnique, readOutputs } from './output-rules.ts';
import { checkOverlaps } from './overlap-rules.ts';
import type { Report } from './report.ts';
import { readRun } from './run-rules.ts';
import type { VersionRules } from './versions.ts';

const ALLOWED_KEYS: readonly string[] = ['run', 'needs', 'outputs', 'config', 'dummy_data_file'];
const REQUIRED_KEYS = ['run', 'outputs'] as const;

/** Reads the `actions` section. An action that is not even a mapping stands as null, so that needs of it still find it. */
export function readActions(
  section: YamlMap,
  rules: VersionRules,
  limits: { readonly maxActions: number },
  report: Report,
): ReadonlyMap<string, ActionDraft | null> {
  const drafts = new Map<string, ActionDraft | null>();
  const { maxActions } = limits;
  if (section.entries.length > maxActions) {
    report.add('actions-too-many', { found: section.entries.length, maxActions }, section.start);
    return drafts;
  }
  for (const entry of section.entries) drafts.set(entry.key.text, readAction(entry, rules, report));
  checkRunsUnique(drafts.values(), report);
  if (rules.uniqueOutputs) checkOutputsUnique(drafts.values(), report);
  checkOverlaps(drafts.values(), !rules.uniqueOutputs, report);
  checkNeedsExist(drafts, report);
  checkCycles(drafts, report);
  return drafts;
}

/** Reads one action: rules A1 to A3, A10 and A11, and those of its parts. */
function readAction(entry: YamlEntry, rules: VersionRules, report: Report): ActionDraft | null {
  const { key, value } = entry;
  const name = key.text;
  checkActionName(key, rules, report);
  if (value.kind !== 'map') {
    report.add('action-not-mapping', { action: name }, key.start);
    return null;
  }
  const misspelt = checkKeys(value, ALLOWED_KEYS, () => `action "${name}"`, report);
  for (const required of REQUIRED_KEYS) {
    if (lookUp(value, required) !== undefined || misspelt.has(required)) continue;
    report.add('action-key-missing', { action: name, key: required }, key.start);
  }
  const runNode = lookUp(value, 'run');
  const outputsNode = lookUp(value, 'outputs');
  const draft: ActionDraft = {
    name,
    at: key.start,
    run: runNode === undefined ? null : readRun(name, runNode, rules, report),
    rawRun: runNode === undefined ? null : (textOf(runNode) ?? null),
    runAt: runNode?.start ?? key.start,
    needs: readNeeds(name, lookUp(value, 'needs'), report),
    outputs: outputsNode === undefined ? null : readOutputs(name, outputsNode, report),
    config: readConfig(name, lookUp(value, 'config'), report),
    dummyDataFile: readDummyDataFile(name, lookUp(value, 'dummy_data_file'), report),
  };
  if (rules.cohortextractor || draft.run?.image.name !== 'cohortextractor') {
    checkImageRules(draft, report);
  }
  return draft;
}

function readConfig(action: string, node: YamlNode | undefined, report: Report): YamlMap | null {
  if (node === undefined || isNull(node)) return null;
  if (node.kind === 'map') return node;
  report.add('config-not-mapping', { action }, node.start);
  return null;
}

function readDummyDataFile(
  action: string,
  node: YamlNode | undefined,
  report: Report,
): string | null {
  if (node === undefined || isNull(node)) return null;
  const file = textOf(node);
  if (file === undefined) report.add('dummy-data-file-not-text', { action }, node.start);
  return file ?? null;
}

/** Reports commands that stand twice: rule A12. Their texts are compared, as the original does. */
function checkRunsUnique(actions: Iterable<ActionDraft | null>, report: Report): void {
  const first = new Map<string, ActionDraft>();
  for (const action of actions) {
    if (action?.rawRun == null || action.rawRun === '') continue;
    const earlier = first.get(action.rawRun);
    if (earlier === undefined) first.set(action.rawRun, action);
    else {
      const values = { action: action.name, other: earlier.name };
      report.add('run-repeated', values, action.runAt);
    }
  }
}
