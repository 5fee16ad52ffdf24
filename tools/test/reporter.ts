import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Closes a run with one plain line, `N passed, N failed`, for people and machines that read only the end. */
export default class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test: TestCase) => test.result().state),
    );
    const passed = states.filter((state) => state === 'passed').length;
    // A module that could not be loaded has no tests; it must not pass for a success.
    const broken = modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests()].length === 0,
    );
    const failed =
      states.filter((state) => state === 'failed').length + broken.length + unhandledErrors.length;
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
  }
}
