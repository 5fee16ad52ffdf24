import { didYouMean } from '../did-you-mean.ts';
import type { YamlNode } from '../yaml/node.ts';
import { isNull, textOf } from '../yaml/scalar.ts';
import type { ActionDraft, NeedDraft } from './draft.ts';
import type { Report } from './report.ts';

/** Looking for what a name may have meant is worth it for a few misspelt ones, not for thousands. */
const MOST_LOOKED_FOR = 50;

/** Reads a `needs` section: rules A7 and A8. */
export function readNeeds(
  action: string,
  node: YamlNode | undefined,
  report: Report,
): readonly NeedDraft[] {
  if (node === undefined || isNull(node)) return [];
  if (node.kind !== 'list') {
    const name = textOf(node);
    const suggestion = name === undefined || name === '' ? undefined : `[${name}]`;
    report.add('needs-not-list', { action }, node.start, suggestion);
    return [];
  }
  const needs: NeedDraft[] = [];
  for (const item of node.items) {
    const name = textOf(item);
    if (name === undefined) {
      const written = item.kind === 'scalar' ? item.text : '';
      const suggestion = written === '' ? undefined : `"${written}"`;
      report.add('need-not-text', { action, written }, item.start, suggestion);
    } else if (name.includes(' ')) {
      const suggestion = name.split(/ +/).filter(Boolean).join(', ');
      report.add('need-with-space', { action, need: name }, item.start, suggestion);
    } else {
      needs.push({ name, at: item.start });
    }
  }
  return needs;
}

/** Reports needs that no action satisfies: rule A9. */
export function checkNeedsExist(
  actions: ReadonlyMap<string, ActionDraft | null>,
  report: Report,
): void {
  let lookedFor = 0;
  for (const action of actions.values()) {
    for (const need of action?.needs ?? []) {
      if (actions.has(need.name)) continue;
      lookedFor += 1;
      const others = actions.keys().filter((name) => name !== action?.name);
      const meant = lookedFor > MOST_LOOKED_FOR ? undefined : didYouMean(need.name, others);
      const values = { action: action?.name ?? '', need: need.name, meant };
      report.add('need-unknown', values, need.at, meant);
    }
  }
}
