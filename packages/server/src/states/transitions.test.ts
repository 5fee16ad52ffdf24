import { codesOf, isFinal, REPORTED_CODES, STATUS_CODES, type StatusCode } from '@vitrine/protocol';
import { describe, expect, test } from 'vitest';
import { mayFollow, STORED_CODES, TRANSITIONS } from './transitions.ts';

const codes = Object.keys(STATUS_CODES) as StatusCode[];

test('what has ended stays so', () => {
  for (const code of codes.filter(isFinal)) expect(TRANSITIONS.get(code)?.size).toBe(0);
});

test('only codes that are written lead anywhere or are led to', () => {
  const stored = new Set(STORED_CODES);
  for (const [from, next] of TRANSITIONS) {
    if (next.size > 0) expect(stored).toContain(from);
    for (const to of next) expect(stored).toContain(to);
  }
});

test('every code that is written can be reached from created', () => {
  const reached = new Set<StatusCode>(['created']);
  for (const from of reached) for (const to of TRANSITIONS.get(from) ?? []) reached.add(to);
  expect([...reached].toSorted()).toEqual([...STORED_CODES].toSorted());
});

test('from everything that has not ended an end can be reached, and it can be cancelled', () => {
  for (const code of STORED_CODES.filter((one) => !isFinal(one))) {
    expect(mayFollow(code, 'cancelled_by_user'), code).toBe(true);
  }
});

test('stages only go forward, and may be passed over', () => {
  const stages = codesOf('running');
  for (const [index, from] of stages.entries()) {
    for (const [other, to] of stages.entries()) expect(mayFollow(from, to)).toBe(other > index);
  }
});

test('whatever an agent may report may follow what it was just given', () => {
  for (const code of REPORTED_CODES) expect(mayFollow('initiated', code), code).toBe(true);
});

describe('single steps', () => {
  test.each<[StatusCode, StatusCode, boolean]>([
    ['created', 'initiated', true],
    ['created', 'executing', false],
    ['created', 'succeeded', false],
    ['created', 'dependency_failed', true],
    ['executing', 'dependency_failed', false],
    ['executing', 'waiting_on_reboot', true],
    ['executing', 'waiting_db_maintenance', true],
    ['executing', 'waiting_on_new_task', true],
    ['executing', 'created', false],
    ['waiting_on_reboot', 'initiated', true],
    ['waiting_on_reboot', 'executing', false],
    ['waiting_on_new_task', 'executing', true],
    ['finalized', 'succeeded', true],
    ['succeeded', 'cancelled_by_user', false],
  ])('%s → %s: %s', (from, to, allowed) => expect(mayFollow(from, to)).toBe(allowed));
});
