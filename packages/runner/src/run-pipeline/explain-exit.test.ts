import { describe, expect, test } from 'vitest';
import { type Exit, explainExit } from './explain-exit.ts';

const exit: Exit = {
  exitCode: 1,
  limit: null,
  limits: {
    wallClockSeconds: 9000,
    memoryBytes: 4 * 1024 ** 3,
    cpus: 2,
    processes: 100,
    diskBytes: 1.5 * 1024 ** 3,
    temporaryBytes: 1024 ** 3,
    logBytes: 0,
  },
  tail: [],
  isDatabaseAction: false,
  undeclaredProducer: (path) => (path.startsWith('output/input') ? 'generate_cohort' : null),
  isOwnOutput: (path) => path === 'output/tables/mine.csv',
};

describe('messages', () => {
  test.each<[Partial<Exit>, RegExp]>([
    [{}, /^The program ended with exit code 1\.$/],
    [{ exitCode: 137, limit: 'memory' }, /out of memory \(limit for this job: 4 GB\)/],
    [{ exitCode: 137 }, /was killed \(exit code 137\)/],
    [{ exitCode: 137, limit: 'time' }, /longer than its limit of 2 h 30 min/],
    [{ limit: 'disk' }, /more than its limit: 1\.5 GB in the workspace, 1 GB in \/tmp/],
    [{ limit: 'processes' }, /more than 100 processes/],
    [{ limit: 'log' }, /exit code 1/],
    [{ exitCode: 127 }, /not found/],
    [{ exitCode: 3 }, /exit code 3\.$/],
    [{ exitCode: 3, isDatabaseAction: true }, /database failed for a moment/],
    [{ exitCode: 4, isDatabaseAction: true }, /being imported/],
  ])('%j', (change, message) => {
    expect(explainExit({ ...exit, ...change }).message).toMatch(message);
  });
});

describe('hints from the end of the log', () => {
  test.each<[string, RegExp | null]>([
    [
      "FileNotFoundError: [Errno 2] No such file or directory: 'output/input_bp.csv'",
      /output\/input_bp\.csv is an output of generate_cohort; add generate_cohort to the needs/,
    ],
    [
      'cannot open file "/workspace/output/input.csv": No such file',
      /output\/input\.csv is an output/,
    ],
    ["Error: './output/input.csv' does not exist.", /output\/input\.csv is an output/],
    ["ModuleNotFoundError: No module named 'polars'", /no package polars/],
    ['Error in library(brms) : there is no package called ‘brms’', /no package brms/],
    [
      "FileNotFoundError: [Errno 2] No such file or directory: 'output/tables/mine.csv'",
      /The folder output\/tables may not be there/,
    ],
    [
      "OSError: Cannot save file into a non-existent directory: '/workspace/output/tables/mine.csv'",
      /The folder output\/tables may not be there/,
    ],
    ["python3: can't open file '/workspace/analysis/a.py': [Errno 2]", /no file analysis\/a\.py;/],
    ["Fatal error: cannot open file 'analysis/a.R': No such file", /no file analysis\/a\.R;/],
    [
      "[NbConvertApp] WARNING | pattern '/workspace/a.ipynb' matched no files",
      /no file a\.ipynb; check the spelling/,
    ],
    ['OSError: [Errno 28] No space left on device', /1 GB in \/tmp: write less/],
    ['BlockingIOError: [Errno 11] Resource temporarily unavailable', /100 processes and threads/],
    ['ValueError: output/tables/mine.csv is empty', null],
    ['ValueError: a/b', null],
  ])('%s', (line, hint) => {
    const { hint: given } = explainExit({ ...exit, tail: ['Traceback', line, ''] });
    if (hint === null) expect(given).toBeNull();
    else expect(given).toMatch(hint);
  });
});
