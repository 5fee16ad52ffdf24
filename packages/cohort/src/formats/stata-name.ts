/**
 * Variable names as Stata allows them, made as pandas makes them so that a study's do-files find the same ones: other
 * characters become underscores, reserved words and leading digits get one in front, at most 32 characters, and a name
 * that a change made a duplicate is numbered in front.
 */
const RESERVED = new Set(
  [
    'aggregate array boolean break byte case catch class colvector complex const continue default delegate delete do',
    'double else eltypedef end enum explicit export external float for friend function global goto if inline int local',
    'long NULL pragma protected quad rowvector short typedef typename virtual _all _N _skip _b _pi str# in _pred strL',
    '_coef _rc using _cons _se with _n',
  ].flatMap((line) => line.split(' ')),
);

const LONGEST = 32;

export function stataNames(names: readonly string[]): string[] {
  const result = [...names];
  let duplicates = 0;
  for (const [index, original] of names.entries()) {
    let name = original.replaceAll(/[^A-Za-z0-9_\u00c0-\u{10ffff}]|[\u00d7\u00f7]/gu, '_');
    if (RESERVED.has(name)) name = `_${name}`;
    if (/^[0-9]/.test(name)) name = `_${name}`;
    name = [...name].slice(0, LONGEST).join('');
    if (name === original) continue;
    while (result.includes(name)) name = [...`_${duplicates++}${name}`].slice(0, LONGEST).join('');
    result[index] = name;
  }
  return result;
}
