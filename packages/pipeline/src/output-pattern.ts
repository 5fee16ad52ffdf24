/**
 * Output patterns: paths in which `*` stands for any characters but `/` (pipeline §1.5).
 *
 * As with pathlib, whose matches production used, `*` also matches a leading dot, may match nothing, and is case-sensitive;
 * a segment that is only `*` matches any one name.
 */

/** Says whether a path relative to the workspace, in normal form, belongs to the pattern. */
export type OutputMatcher = (path: string) => boolean;

/** Makes a matcher for many paths. It takes time in proportion to the path, whatever the pattern. */
export function compilePattern(pattern: string): OutputMatcher {
  if (!pattern.includes('*')) return (path) => path === pattern;
  const segments = pattern.split('/').map((segment) => compileSegment(segment));
  return (path) => {
    const names = path.split('/');
    return names.length === segments.length && segments.every((match, i) => match(names[i] ?? ''));
  };
}

/** Whether one path belongs to one pattern. For many paths use {@link compilePattern}. */
export function matchPattern(pattern: string, path: string): boolean {
  return compilePattern(pattern)(path);
}

function compileSegment(segment: string): OutputMatcher {
  const [prefix = '', ...rest] = segment.split('*');
  const suffix = rest.pop();
  if (suffix === undefined) return (name) => name === segment;
  const middle = rest.filter((piece) => piece !== '');
  const shortest = Math.max(1, prefix.length + suffix.length);
  return (name) => {
    if (name.length < shortest || !name.startsWith(prefix) || !name.endsWith(suffix)) return false;
    const end = name.length - suffix.length;
    let at = prefix.length;
    // The leftmost place for each piece leaves the most room for the next.
    for (const piece of middle) {
      const found = name.indexOf(piece, at);
      if (found === -1 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** Whether some path belongs to both patterns. */
export function patternsOverlap(a: string, b: string): boolean {
  if (!a.includes('*')) return matchPattern(b, a);
  if (!b.includes('*')) return matchPattern(a, b);
  const left = a.split('/');
  const right = b.split('/');
  return left.length === right.length && left.every((s, i) => segmentsOverlap(s, right[i] ?? ''));
}

/** Whether every path of `inner` also belongs to `outer`. */
export function patternCovers(outer: string, inner: string): boolean {
  // A `*` of the inner pattern, read as an ordinary character, can only be matched by a `*` of the outer one.
  return matchPattern(outer, inner);
}

/** Walks both segments at once; `reachable[j]` says whether a[..i] and b[..j] can match the same text. */
function segmentsOverlap(a: string, b: string): boolean {
  let reachable = [true];
  for (let j = 1; j <= b.length; j += 1)
    reachable[j] = reachable[j - 1] === true && b[j - 1] === '*';
  for (let i = 1; i <= a.length; i += 1) {
    const star = a[i - 1] === '*';
    const next = [star && reachable[0] === true];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] =
        star || b[j - 1] === '*'
          ? reachable[j] === true || next[j - 1] === true
          : a[i - 1] === b[j - 1] && reachable[j - 1] === true;
    }
    reachable = next;
  }
  return reachable[b.length] === true;
}
