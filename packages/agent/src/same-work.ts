import type { Task } from '@vitrine/protocol';

/** Whether two attempts ask for the very same. */
export function isSameWork(one: Task, other: Task): boolean {
  const essence = ({ attempt: _a, lease_seconds: _l, ...rest }: Task): string =>
    JSON.stringify({ ...rest, inputs: Object.entries(rest.inputs).toSorted() });
  return essence(one) === essence(other);
}
