import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeExecutor } from '../conformance/describe-executor.ts';
import { createDockerExecutor } from './docker-executor.ts';
import { testEngine, testImageOn } from './test-engine.ts';

const address = await testEngine();
const image = await testImageOn(address);
const stateDir = mkdtempSync(join(tmpdir(), 'docker-conformance-'));

describeExecutor('docker', () => createDockerExecutor({ address, stateDir }), {
  runtime: { image, hostPaths: [] },
  // Each container costs the engine some 100 ms, wherever the program would take 1.
  parallel: 10,
});

afterAll(() => rmSync(stateDir, { recursive: true, force: true }));
