/** Runs the Python that tests compare with: pandas is what studies read our files with. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PYTHON = fileURLToPath(
  new URL('../../../../.vitrine/test-python/bin/python', import.meta.url),
);

/**
 * Runs a script with one JSON value on its standard input, and gives the JSON value that it prints. Start-up takes a
 * second: tests send many cases at once.
 */
export function runPython(script: string, input: unknown): unknown {
  if (!existsSync(PYTHON)) {
    throw new Error(
      'This test needs Python with pandas and pyarrow. Prepare it with: tools/test-python/prepare.sh',
    );
  }
  const output = execFileSync(PYTHON, ['-W', 'ignore', '-c', script], {
    input: JSON.stringify(input),
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(output.toString()) as unknown;
}
