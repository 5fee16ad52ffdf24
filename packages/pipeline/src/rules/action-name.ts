import { RUN_ALL } from '../pipeline.ts';
import type { YamlScalar } from '../yaml/node.ts';
import type { Report } from './report.ts';
import type { VersionRules } from './versions.ts';

/** A log is kept as `metadata/<action>.log`, and while it is written its name is a little longer: file systems allow 255. */
const LONGEST_NAME = 230;

/**
 * Reports a name that cannot be an action's. Letters of any alphabet, digits, spaces and other signs may be used, since the
 * original runs such actions; what could lead the action's log out of its folder, or deceive a reader, may not.
 */
export function checkActionName(key: YamlScalar, rules: VersionRules, report: Report): void {
  const name = key.text;
  if (name === RUN_ALL) {
    const code = rules.ownRunAll === 'forbidden' ? 'action-name-reserved' : 'action-name-ignored';
    report.add(code, {}, key.start);
  }
  const problem = problemOf(name);
  if (problem === null) return;
  const safe = name
    .replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_')
    .replace(/^[._]+/, '')
    .slice(0, 100);
  report.add('action-name-unsafe', { name, problem }, key.start, safe === '' ? undefined : safe);
}

function problemOf(name: string): string | null {
  if (name === '') return 'it is empty';
  if (name.startsWith('.')) return 'it begins with a dot';
  if (/[/\\]/.test(name)) return 'it contains a slash';
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return 'it contains an invisible character';
  if (Buffer.byteLength(name) > LONGEST_NAME) return `it is longer than ${LONGEST_NAME} bytes`;
  return null;
}
