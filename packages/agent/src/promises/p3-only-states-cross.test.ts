/** P3: every byte that an agent says is recorded on the wire; nothing that a study chose or computed is among them (T6). */
import { describe, expect, test } from 'vitest';
import { AgentBench, type Files } from '../testing.ts';
import { TestProxy } from '../testing-proxy.ts';

/** In file names, logs, error texts and contents; it is put together at run time, so that it is not even in the code. */
const CANARY = 'heron-7391';
const COUNT = '48151623';

const PROGRAM = `
import os, sys
canary, count = "-".join(["heron", str(7390 + 1)]), int("48151" + "623")
os.makedirs("output", exist_ok=True)
print(canary, count)
print(canary, count, file=sys.stderr)
kind = sys.argv[1]
if kind == "well":
    open("output/table_%s_%d.csv" % (canary, count), "w").write("group,n\\n%s,%d\\n" % (canary, count))
    open("output/rows_%s.csv" % canary, "w").write("patient_id\\n" + "1\\n" * 20)
    open("output/%s.txt" % canary, "w").write(canary)
elif kind == "raises":
    raise RuntimeError("%s %d" % (canary, count))
elif kind == "links":
    os.symlink("/etc/passwd", "output/table_%s.csv" % canary)
elif kind == "elsewhere":
    open("output/%s_%d.csv" % (canary, count), "w").write("a\\n")
elif kind == "code":
    sys.exit(count % 256)
elif kind == "memory":
    bytearray(2 ** 40)
`;

const KINDS = ['well', 'raises', 'links', 'elsewhere', 'code', 'memory'] as const;

const STUDY: Files = {
  'program.py': PROGRAM,
  'project.yaml': JSON.stringify({
    version: 3,
    expectations: { population_size: 10 },
    actions: Object.fromEntries(
      KINDS.map((kind) => [
        kind,
        {
          run: `python:latest python program.py ${kind}`,
          outputs: { moderately_sensitive: { [`table_${kind}`]: 'output/table_*.csv' } },
        },
      ]),
    ),
  }).replaceAll('"version":3', '"version":1'),
};

describe('what crosses the wire', () => {
  test.each([
    ['well', 'succeeded'],
    ['raises', 'nonzero_exit'],
    ['links', 'unmatched_patterns'],
    ['elsewhere', 'unmatched_patterns'],
    ['code', 'nonzero_exit'],
    ['memory', 'nonzero_exit'],
  ])('%s: a code, a moment and coarse use', async (action, code) => {
    await using bench = await AgentBench.make({ files: STUDY });
    await using proxy = await TestProxy.start(bench.server.address);
    await bench.start({ server: proxy.address });
    expect(await bench.run(action)).toBe(code);
    // The canary was there: inside, where it belongs.
    const log = await bench.read(`level3/workspaces/study/metadata/${action}.log`);
    expect(log).toContain(CANARY);
    expect(log).toContain(COUNT);
    await bench.isIdle();
    await bench.stop();
    const said = Buffer.concat(proxy.toServer).toString('latin1');
    expect(said).toContain(code);
    for (const word of [CANARY, 'heron', '7391', COUNT, 'output', 'table_', 'patient_id', '.csv']) {
      expect(said).not.toContain(word);
    }
    // A strict schema knows every field, and no moment is finer than a second.
    expect(bench.server.faults).toEqual([]);
    for (const [, moment] of said.matchAll(/"(?:at|sent_at)":"([^"]*)"/g)) {
      expect(moment).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
    for (const { usage } of bench.server.reports) {
      if (usage?.peak_memory_bytes != null) expect(usage.peak_memory_bytes % 2 ** 16).toBe(0);
      if (usage?.cpu_seconds != null) expect(Number.isInteger(usage.cpu_seconds)).toBe(true);
    }
  });
});
