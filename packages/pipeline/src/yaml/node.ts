/**
 * What a YAML text says, with the place of everything in it.
 *
 * Both readers (`plain-reader.ts` and `full-reader.ts`) give exactly this tree. Offsets count UTF-16 units from the start
 * of the text; `yaml/line-index.ts` turns them into lines and columns when something must be shown.
 */

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A single value. `plain` ones may stand for null, a boolean or a number (`scalar.ts`); others are text. */
export interface YamlScalar extends Span {
  readonly kind: 'scalar';
  readonly text: string;
  readonly plain: boolean;
}

export interface YamlList extends Span {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

/** Keys are unique by their text; merge keys (`<<`) have been resolved. */
export interface YamlMap extends Span {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export type YamlNode = YamlScalar | YamlList | YamlMap;

/** The value of a key, or undefined where the map has no such key. */
export function lookUp(map: YamlMap, key: string): YamlNode | undefined {
  for (const entry of map.entries) if (entry.key.text === key) return entry.value;
  return undefined;
}
