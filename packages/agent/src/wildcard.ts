/** `*` in a name of the allow-list stands for anything but a slash; alone, for anything. */
export function matchesWildcard(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`, 's').test(text);
}
