import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Closes a run with one plain line, `N passed, N failed`, for people and machines that read only the end. Writes the
 * files with a failure, one a line, to the file that VITRINE_FAILED_TESTS names, if it is set.
 */
export default class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const stateOf = (test: TestCase) => test.result().state;
    const states = modules.map((module) => [...module.children.allTests()].map(stateOf));
    const passed = states.flat().filter((state) => state === 'passed').length;
    // A file that could not be loaded or made ready has no failed test; it must not pass for a success.
    const broken = modules.filter(
      (module, index) => module.state() === 'failed' && !states[index]?.includes('failed'),
    );
    const failed =
      states.flat().filter((state) => state === 'failed').length +
      broken.length +
      unhandledErrors.length;
    process.stdout.write(`${passed} passed, ${failed} failed\n`);

    const list = process.env['VITRINE_FAILED_TESTS'];
    if (list === undefined) return;
    const files = modules.filter((module) => module.state() === 'failed');
    // An error outside any test cannot be laid at a file's door, so no list may make it look settled.
    const lines = unhandledErrors.length > 0 ? [] : files.map(({ moduleId }) => `${moduleId}\n`);
    writeFileSync(list, lines.join(''));
  }
}
