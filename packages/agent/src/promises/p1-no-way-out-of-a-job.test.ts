/** P1: a program of a study reaches no database, no secret, no network and nothing of the agent, whatever it tries. */
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentBench, type Files, identifierOf } from '../testing.ts';
import { TestProxy } from '../testing-proxy.ts';

const CANARY = 'canary-of-the-agent-5f2e';

/** Tries what it is told, and writes down what came of it. */
const ATTEMPTS = `
import json, os, socket, subprocess, sys
host, port, paths = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
def tried(attempt):
    try:
        return "reached: %s" % (attempt(),)
    except Exception as error:
        return "refused: %s" % (type(error).__name__,)
def connect(family, address):
    def attempt():
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(5)
            s.connect(address)
            return "connected"
    return attempt
def everything(path):
    found = []
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                found.append(open(os.path.join(folder, name), errors="replace").read())
            except OSError:
                pass
    return "\\n".join(found)
os.makedirs("output", exist_ok=True)
answers = {
    "server": tried(connect(socket.AF_INET, (host, port))),
    "internet": tried(connect(socket.AF_INET, ("192.0.2.1", 443))),
    "names": tried(lambda: socket.getaddrinfo("example.org", 443)),
    "engine": tried(connect(socket.AF_UNIX, "/var/run/docker.sock")),
}
answers.update(("path %d" % n, tried(lambda: os.listdir(path) if os.path.isdir(path) else open(path).read())) for n, path in enumerate(paths))
seen = {
    "environment": dict(os.environ),
    "processes": everything("/proc/1") + everything("/proc/self"),
    "workspace": everything("/workspace"),
    "temporary": everything("/tmp"),
}
json.dump({"answers": answers, "seen": json.dumps(seen)}, open("output/attempts.json", "w"))
`;

beforeEach(() => {
  process.env['VITRINE_AGENT_TOKEN'] = CANARY;
  process.env['DATABASE_URL'] = `mssql://user:${CANARY}@db.example.org/records`;
});
afterEach(() => {
  delete process.env['VITRINE_AGENT_TOKEN'];
  delete process.env['DATABASE_URL'];
});

test('nothing outside of the workspace can be reached, and no secret is inside', async () => {
  const listener = createServer((socket) => socket.destroy());
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  try {
    await using bench = await AgentBench.make();
    const secret = join(bench.root, 'token');
    await writeFile(secret, CANARY, { mode: 0o600 });
    const other = join(bench.data, 'level3/workspaces/other/output');
    await mkdir(other, { recursive: true });
    await writeFile(join(other, 'patients.csv'), CANARY);
    const paths = [secret, bench.data, other, join(bench.data, 'agent'), bench.repository.folder];
    const files: Files = {
      'attempts.py': ATTEMPTS,
      'project.yaml': JSON.stringify({
        version: 3,
        expectations: { population_size: 10 },
        actions: {
          first: {
            run: `python:latest python attempts.py 127.0.0.1 ${port} ${paths.join(' ')}`,
            outputs: { highly_sensitive: { attempts: 'output/attempts.json' } },
          },
        },
      }),
    };
    await bench.repository.commit(files);
    await bench.start();
    expect(await bench.run('first')).toBe('succeeded');
    const text = (await bench.read('level3/workspaces/study/output/attempts.json')) ?? '';
    const { answers, seen } = JSON.parse(text);
    expect(Object.keys(answers)).toHaveLength(4 + paths.length);
    for (const answer of Object.values(answers)) expect(answer).toMatch(/^refused: /);
    expect(seen).not.toContain(CANARY);
    expect(text).not.toContain(CANARY);
  } finally {
    listener.close();
  }
});

test('the address of the database reaches no recorder, no log, no manifest and no server', async () => {
  await using bench = await AgentBench.make();
  await using proxy = await TestProxy.start(bench.server.address);
  const addressFile = join(bench.root, 'address');
  // Nothing listens there: the cohort fails, and everybody tells why.
  await writeFile(addressFile, `mssql://user:${CANARY}@127.0.0.1:1/${CANARY}`, { mode: 0o600 });
  await bench.repository.commit({
    'analysis/study_definition.py': `
import os, sys
print("definition:", dict(os.environ), file=sys.stderr)
for path in ("${addressFile}", "${bench.data}"):
    try:
        print("definition:", os.listdir(path) if os.path.isdir(path) else open(path).read(), file=sys.stderr)
    except OSError as error:
        print("definition refused:", type(error).__name__, file=sys.stderr)
from cohortextractor import StudyDefinition, patients
study = StudyDefinition(
    index_date="2020-01-01",
    default_expectations={"date": {"earliest": "1900-01-01", "latest": "today"}, "rate": "uniform"},
    population=patients.all(),
    sex=patients.sex(return_expectations={"rate": "universal", "category": {"ratios": {"M": 1}}}),
)
`,
  });
  await bench.start({
    server: proxy.address,
    dummy_data: false,
    database_address_file: addressFile,
  });
  const code = await bench.run('cohort', { database_allowed: true });
  expect(code).not.toBe('succeeded');
  await bench.isIdle();
  await bench.stop();
  const written = await everythingBelow(bench.data);
  expect(written).toContain(identifierOf('cohort'));
  for (const said of [
    written,
    Buffer.concat(proxy.toServer).toString(),
    JSON.stringify(bench.log),
  ]) {
    expect(said).not.toContain(CANARY);
  }
});

async function everythingBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}
