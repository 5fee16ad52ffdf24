import { describe, expect, test } from 'vitest';
import type { BackendRow, ResourceRule } from '../database/schema.ts';
import { jobResources } from './job-resources.ts';

const own = { cpus: 2, memory_bytes: 4, wall_clock_seconds: 60 };
const backend = (resource_rules: readonly ResourceRule[]): BackendRow => ({
  id: 1,
  slug: 'tpp',
  name: 'TPP',
  is_active: true,
  database_slots: 1,
  other_slots: 1,
  paused_at: null,
  maintenance_at: null,
  maintenance_manual: false,
  draining_at: null,
  last_seen_at: null,
  self_test: null,
  ...own,
  max_memory_bytes: 16,
  resource_rules,
  created_at: new Date(0),
});

describe('the first rule that matches counts', () => {
  test.each<[string, readonly ResourceRule[], object]>([
    ['none', [], { weight: 1, ...own }],
    ['the whole name', [{ action: 'generate_.*', weight: 3 }], { weight: 3, ...own }],
    ['not a part of it', [{ action: 'generate', weight: 3 }], { weight: 1, ...own }],
    ['the workspace', [{ workspace: 'home', cpus: 8 }], { weight: 1, ...own, cpus: 8 }],
    ['not another', [{ workspace: 'away', cpus: 8 }], { weight: 1, ...own }],
    ['the command', [{ command: 'r:v2 .*', weight: 0.5 }], { weight: 0.5, ...own }],
    ['all of it', [{ workspace: 'home', action: 'x', weight: 9 }], { weight: 1, ...own }],
    ['the first', [{ weight: 2 }, { weight: 3, cpus: 8 }], { weight: 2, ...own }],
    ['up to the ceiling', [{ memory_bytes: 99 }], { weight: 1, ...own, memory_bytes: 16 }],
  ])('%s', (_name, rules, expected) => {
    expect(jobResources(backend(rules), 'home', 'generate_bp', 'r:v2 analysis.R')).toEqual(
      expected,
    );
  });
});
