/**
 * Reads the part of YAML that nearly all of a project.yaml is written in, about twenty times as fast as a full parser:
 * block maps with simple keys, block lists and one-line flow lists of scalars, one-line plain and quoted scalars, comments.
 *
 * It never guesses. Whatever is outside that part (anchors, tags, block scalars, continuation lines, escapes, tabs, faults of
 * any kind) makes it give up, and the full parser reads the whole text. A property test holds the two to the same tree.
 */

import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './node.ts';

class OutsidePlainYaml extends Error {}

const SIMPLE_KEY = /[A-Za-z0-9_][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*:(?= |\n|$)/y;
const SIMPLE_FLOW_LIST =
  /\[(?: *[A-Za-z0-9_][A-Za-z0-9_./-]*(?: *, *[A-Za-z0-9_][A-Za-z0-9_./-]*)*(?: *,)?)? *\]/y;
const FLOW_ITEM = /[A-Za-z0-9_][A-Za-z0-9_./-]*/g;
/** Characters that a plain scalar may begin with here. YAML allows more; those go to the full parser. */
const PLAIN_START = /[A-Za-z0-9_./~^$(+<=;\u00a1-\ud7ff]/;

/** The tree of a text, or null where the text needs the full parser. */
export function readPlainYaml(text: string, maxDepth: number): YamlMap | null {
  if (/[\t\r\ufeff\ud800-\udfff]/.test(text)) return null;
  try {
    return new PlainReader(text, maxDepth).readDocument();
  } catch (error) {
    if (error instanceof OutsidePlainYaml) return null;
    throw error;
  }
}

class PlainReader {
  readonly #text: string;
  readonly #maxDepth: number;
  #depth = 0;
  /** The current line that says something: its indentation, where its content begins and where it ends. */
  #indent = -1;
  #start = 0;
  #end = -1;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  readDocument(): YamlMap {
    this.#nextLine();
    if (this.#indent !== 0) throw new OutsidePlainYaml();
    return this.#readMap(0);
  }

  /** Moves to the next line that is neither blank nor a comment; after the last one the indentation is -1. */
  #nextLine(): void {
    const text = this.#text;
    let lineStart = this.#end + 1;
    while (lineStart < text.length) {
      let start = lineStart;
      while (text.charCodeAt(start) === 0x20) start += 1;
      const newline = text.indexOf('\n', start);
      const end = newline === -1 ? text.length : newline;
      if (start < end && text.charCodeAt(start) !== 0x23 /* # */) {
        this.#indent = start - lineStart;
        this.#start = start;
        this.#end = end;
        return;
      }
      lineStart = end + 1;
    }
    this.#indent = -1;
  }

  #atListItem(): boolean {
    return this.#text.startsWith('- ', this.#start);
  }

  #readMap(indent: number): YamlMap {
    this.#enter();
    const start = this.#start;
    const entries: YamlEntry[] = [];
    let end = start;
    while (this.#indent === indent) {
      const key = this.#readKey();
      const value = this.#readValue(key.end, indent);
      entries.push({ key, value });
      end = value.end;
    }
    if (this.#indent > indent || hasDuplicates(entries)) throw new OutsidePlainYaml();
    this.#depth -= 1;
    return { kind: 'map', entries, start, end };
  }

  #readKey(): YamlScalar {
    SIMPLE_KEY.lastIndex = this.#start;
    if (!SIMPLE_KEY.test(this.#text)) throw new OutsidePlainYaml();
    const end = SIMPLE_KEY.lastIndex - 1;
    return {
      kind: 'scalar',
      text: this.#text.slice(this.#start, end),
      plain: true,
      start: this.#start,
      end,
    };
  }

  /** Reads what follows the colon at `colon`, in this line or in deeper ones. */
  #readValue(colon: number, indent: number): YamlNode {
    let start = colon + 1;
    while (this.#text.charCodeAt(start) === 0x20) start += 1;
    if (start < this.#end && this.#text.charCodeAt(start) !== 0x23 /* # */) {
      return this.#readInline(start, indent);
    }
    this.#nextLine();
    if (this.#indent > indent) {
      return this.#atListItem() ? this.#readList(this.#indent) : this.#readMap(this.#indent);
    }
    if (this.#indent === indent && this.#atListItem()) return this.#readList(indent);
    return { kind: 'scalar', text: '', plain: true, start: colon + 1, end: colon + 1 };
  }

  #readList(indent: number): YamlList {
    this.#enter();
    const start = this.#start;
    const items: YamlNode[] = [];
    let end = start;
    while (this.#indent === indent && this.#atListItem()) {
      let at = this.#start + 2;
      while (this.#text.charCodeAt(at) === 0x20) at += 1;
      if (at >= this.#end || this.#text.charCodeAt(at) === 0x23 /* # */) {
        throw new OutsidePlainYaml();
      }
      const item = this.#readInline(at, indent);
      items.push(item);
      end = item.end;
    }
    this.#depth -= 1;
    return { kind: 'list', items, start, end };
  }

  /** Reads a value that begins and must end in this line, and moves on. */
  #readInline(start: number, indent: number): YamlNode {
    const first = this.#text.charCodeAt(start);
    let node: YamlNode;
    if (first === 0x22 /* " */ || first === 0x27 /* ' */) node = this.#readQuoted(start, first);
    else if (first === 0x5b /* [ */) node = this.#readFlowList(start);
    else node = this.#readPlain(start);
    this.#nextLine();
    if (this.#indent > indent) throw new OutsidePlainYaml();
    return node;
  }

  #readPlain(start: number): YamlScalar {
    const line = this.#text.slice(start, this.#end);
    if (!PLAIN_START.test(line.charAt(0)) || line.includes(': ')) throw new OutsidePlainYaml();
    const comment = line.indexOf(' #');
    let length = comment === -1 ? line.length : comment;
    while (line.charCodeAt(length - 1) === 0x20) length -= 1;
    if (line.charCodeAt(length - 1) === 0x3a /* : */) throw new OutsidePlainYaml();
    const text = length === line.length ? line : line.slice(0, length);
    return { kind: 'scalar', text, plain: true, start, end: start + length };
  }

  #readQuoted(start: number, quote: number): YamlScalar {
    const text = this.#text;
    const mark = quote === 0x22 ? '"' : "'";
    let close = text.indexOf(mark, start + 1);
    while (quote === 0x27 && text.charCodeAt(close + 1) === 0x27 && close !== -1) {
      close = text.indexOf(mark, close + 2);
    }
    if (close === -1 || close >= this.#end) throw new OutsidePlainYaml();
    const inner = text.slice(start + 1, close);
    if (quote === 0x22 && inner.includes('\\')) throw new OutsidePlainYaml();
    this.#endOfLine(close + 1);
    const value = quote === 0x27 ? inner.replaceAll("''", "'") : inner;
    return { kind: 'scalar', text: value, plain: false, start, end: close + 1 };
  }

  #readFlowList(start: number): YamlList {
    this.#enter();
    SIMPLE_FLOW_LIST.lastIndex = start;
    if (!SIMPLE_FLOW_LIST.test(this.#text)) throw new OutsidePlainYaml();
    const end = SIMPLE_FLOW_LIST.lastIndex;
    const items: YamlNode[] = [];
    FLOW_ITEM.lastIndex = start + 1;
    for (let found = FLOW_ITEM.exec(this.#text); found !== null && found.index < end; ) {
      const text = found[0];
      items.push({
        kind: 'scalar',
        text,
        plain: true,
        start: found.index,
        end: found.index + text.length,
      });
      found = FLOW_ITEM.exec(this.#text);
    }
    this.#endOfLine(end);
    this.#depth -= 1;
    return { kind: 'list', items, start, end };
  }

  /** Only a comment may follow. */
  #endOfLine(from: number): void {
    let at = from;
    while (this.#text.charCodeAt(at) === 0x20) at += 1;
    if (at >= this.#end) return;
    if (at === from || this.#text.charCodeAt(at) !== 0x23 /* # */) throw new OutsidePlainYaml();
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) throw new OutsidePlainYaml();
  }
}

function hasDuplicates(entries: readonly YamlEntry[]): boolean {
  // Nearly all maps are small, and a set for each of them would be most of the work.
  if (entries.length > 8) return new Set(entries.map((e) => e.key.text)).size < entries.length;
  for (let i = 1; i < entries.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      if (entries[i]?.key.text === entries[j]?.key.text) return true;
    }
  }
  return false;
}
