import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { recorderPythonPath } from './record-studies.ts';
import { systemPython } from './testing.ts';

test('the Python package keeps its own specification', async () => {
  const { stderr } = await promisify(execFile)(
    systemPython,
    ['-B', '-W', 'error', '-m', 'unittest', 'discover', '-s', 'tests'],
    { cwd: recorderPythonPath },
  );
  expect(stderr).toMatch(/Ran \d+ tests.*\nOK/s);
});
