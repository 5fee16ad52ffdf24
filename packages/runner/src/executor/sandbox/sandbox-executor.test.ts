import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeExecutor } from '../conformance/describe-executor.ts';
import { createSandboxExecutor } from './sandbox-executor.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'vitrine-sandbox-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

describeExecutor('sandbox', () => createSandboxExecutor({ stateDir, graceSeconds: 0.3 }));
