/** The isolation self-test in the words of the protocol: names of the checks that failed, and nothing else. */
import { SELF_TEST_CHECKS, type SelfTestCheck, type SelfTestReport } from '@vitrine/protocol';
import type { SelfTestResult } from '@vitrine/runner';

const known: ReadonlySet<string> = new Set(SELF_TEST_CHECKS);

export function selfTestReport(results: readonly SelfTestResult[]): SelfTestReport {
  const failed = new Set<SelfTestCheck>();
  for (const { check, passed } of results) {
    if (!passed) failed.add(isKnown(check) ? check : 'self-test-ran');
  }
  if (results.length === 0) failed.add('self-test-ran');
  return { passed: failed.size === 0, failed: [...failed] };
}

function isKnown(check: string): check is SelfTestCheck {
  return known.has(check);
}
