/** Reads any YAML text through the `yaml` package into our tree, within limits. */

import type { Node, YAMLMap } from 'yaml';
import type { YamlFault } from './faults-found.ts';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './node.ts';
import { type ParsedDocument, parseDocument, yaml } from './parse-document.ts';

export interface FullReading {
  /** Null where the text is empty or not YAML. */
  readonly root: YamlNode | null;
  readonly faults: readonly YamlFault[];
}

export interface FullReaderLimits {
  readonly maxDepth: number;
  readonly maxNodes: number;
}

/** Ends the reading where a limit is met: what follows could only repeat the fault, at great cost. */
class LimitMet extends Error {
  readonly fault: YamlFault;
  constructor(fault: YamlFault) {
    super(fault.code);
    this.fault = fault;
  }
}

export function readFullYaml(text: string, limits: FullReaderLimits): FullReading {
  const document = parseDocument(text);
  const faults = syntaxFaults(document, text, limits.maxDepth);
  if (faults.length > 0 || document.contents === null) return { root: null, faults };
  try {
    return { root: new Converter(limits, faults).convert(document.contents, 0, 1), faults };
  } catch (error) {
    if (!(error instanceof LimitMet)) throw error;
    return { root: null, faults: [...faults, error.fault] };
  }
}

function syntaxFaults(document: ParsedDocument, text: string, maxDepth: number): YamlFault[] {
  const faults: YamlFault[] = [];
  const lines = new Set<number>();
  for (const { code, message, pos } of document.errors) {
    // One slip often upsets the rest of its line: the first fault of a line says it all.
    const line = text.lastIndexOf('\n', pos[0] - 1);
    if (lines.has(line)) continue;
    lines.add(line);
    if (code === 'BAD_INDENT' && message.startsWith('Flow ')) {
      const at = openBracket(document.contents, text, pos[0]);
      faults.push({ code: 'yaml-syntax', problem: 'BRACKET_OPEN', at });
      continue;
    }
    faults.push(
      // The package composes by recursion and says so when the text is so deep that it filled the stack.
      code === 'RESOURCE_EXHAUSTION'
        ? { code: 'yaml-too-deep', limit: maxDepth, at: pos[0] }
        : { code: 'yaml-syntax', problem: code, at: pos[0] },
    );
  }
  if (document.second !== null)
    faults.push({ code: 'yaml-several-documents', at: document.second });
  return faults;
}

/** The last bracket before an offset that was not closed; the offset itself where none is found. */
function openBracket(contents: ParsedDocument['contents'], text: string, before: number): number {
  const { isMap, isPair, isSeq } = yaml();
  let found = -1;
  const left: unknown[] = [contents];
  while (left.length > 0) {
    const node = left.pop();
    if (isPair(node)) left.push(node.key, node.value);
    if (!isMap(node) && !isSeq(node)) continue;
    left.push(...node.items);
    const [start, end] = node.range ?? [before, before];
    const isClosed = text[end - 1] === (isMap(node) ? '}' : ']');
    if (node.flow === true && !isClosed && start < before) found = Math.max(found, start);
  }
  return found === -1 ? before : found;
}

interface Anchored {
  readonly node: YamlNode;
  readonly size: number;
}

class Converter {
  readonly #limits: FullReaderLimits;
  readonly #faults: YamlFault[];
  /** What each anchor stands for by now. An anchor is entered when its node is whole, so it never holds itself. */
  readonly #anchors = new Map<string, Anchored>();
  /** Nodes read so far, those behind an alias counted each time. */
  #count = 0;

  constructor(limits: FullReaderLimits, faults: YamlFault[]) {
    this.#limits = limits;
    this.#faults = faults;
  }

  /** @param at where to place an absent node: right after its key. */
  convert(node: Node | null, at: number, depth: number): YamlNode {
    const start = node?.range?.[0] ?? at;
    if (depth > this.#limits.maxDepth) {
      throw new LimitMet({ code: 'yaml-too-deep', limit: this.#limits.maxDepth, at: start });
    }
    this.#spend(1, start);
    const before = this.#count;
    const converted = this.#convertKind(node, start, at, depth);
    const anchor = node === null || yaml().isAlias(node) ? undefined : node.anchor;
    if (anchor !== undefined) {
      this.#anchors.set(anchor, { node: converted, size: this.#count - before + 1 });
    }
    return converted;
  }

  #spend(nodes: number, at: number): void {
    this.#count += nodes;
    if (this.#count > this.#limits.maxNodes) {
      throw new LimitMet({ code: 'yaml-too-many-nodes', limit: this.#limits.maxNodes, at });
    }
  }

  #convertKind(node: Node | null, start: number, at: number, depth: number): YamlNode {
    if (node === null) return { kind: 'scalar', text: '', plain: true, start, end: start };
    const end = node.range?.[1] ?? start;
    const { isAlias, isMap, isScalar, isSeq } = yaml();
    if (isAlias(node)) {
      const anchored = this.#anchors.get(node.source);
      if (anchored === undefined) {
        this.#faults.push({ code: 'yaml-alias', name: node.source, at: start });
        return { kind: 'scalar', text: '', plain: true, start, end };
      }
      this.#spend(anchored.size, start);
      return anchored.node;
    }
    // The package places a value that is not there after spaces and comments; we place it after its key.
    if (isScalar(node) && node.source === '' && start === end) {
      return { kind: 'scalar', text: '', plain: true, start: at, end: at };
    }
    if (isScalar(node)) return this.#convertScalar(node, start, end);
    if (isMap(node)) return this.#convertMap(node, start, end, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.convert(item as Node | null, start, depth + 1));
      return { kind: 'list', items, start, end };
    }
    throw new TypeError('the yaml package gave a node of an unknown kind');
  }

  #convertScalar(
    node: { readonly source?: string; readonly type?: string | null; readonly tag?: string },
    start: number,
    end: number,
  ): YamlScalar {
    const tag = node.tag?.replace('tag:yaml.org,2002:', '');
    if (tag !== undefined && !['str', 'int', 'float', 'bool', 'null', '!'].includes(tag)) {
      this.#faults.push({ code: 'yaml-tag', tag: node.tag ?? '', at: start });
    }
    const plain = tag === undefined ? node.type === 'PLAIN' : tag !== 'str' && tag !== '!';
    return { kind: 'scalar', text: node.source ?? '', plain, start, end };
  }

  #convertMap(map: YAMLMap, start: number, end: number, depth: number): YamlMap {
    const own: YamlEntry[] = [];
    const merged: YamlMap[] = [];
    const keys = new Map<string, YamlScalar>();
    for (const pair of map.items) {
      const key = this.convert(pair.key as Node | null, start, depth + 1);
      const value = this.convert(pair.value as Node | null, key.end + 1, depth + 1);
      if (key.kind !== 'scalar') {
        this.#faults.push({ code: 'yaml-key', at: key.start });
        continue;
      }
      const first = keys.get(key.text);
      if (first !== undefined) {
        this.#faults.push({
          code: 'yaml-duplicate-key',
          key: key.text,
          first: first.start,
          at: key.start,
        });
        continue;
      }
      keys.set(key.text, key);
      if (key.plain && key.text === '<<') merged.push(...this.#mergedMaps(value));
      else own.push({ key, value });
    }
    return { kind: 'map', entries: merge(merged, own), start, end };
  }

  #mergedMaps(value: YamlNode): YamlMap[] {
    const maps = value.kind === 'list' ? value.items : [value];
    return maps.filter((map) => {
      if (map.kind === 'map') return true;
      this.#faults.push({ code: 'yaml-merge', at: map.start });
      return false;
    }) as YamlMap[];
  }
}

/** Merged keys come first, an own key takes the place of a merged one, and of merged maps the first wins. */
function merge(maps: readonly YamlMap[], own: readonly YamlEntry[]): readonly YamlEntry[] {
  if (maps.length === 0) return own;
  const entries = new Map<string, YamlEntry>();
  for (const entry of maps.flatMap((map) => map.entries)) {
    if (!entries.has(entry.key.text)) entries.set(entry.key.text, entry);
  }
  for (const entry of own) entries.set(entry.key.text, entry);
  return [...entries.values()];
}
