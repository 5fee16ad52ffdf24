import type { YamlFault } from './faults-found.ts';
import { readFullYaml } from './full-reader.ts';
import type { YamlNode } from './node.ts';
import { readPlainYaml } from './plain-reader.ts';

/** How much of a text is looked at before it is refused. */
export interface YamlLimits {
  /** Length of the text in UTF-16 units. */
  readonly maxLength: number;
  /** How deep maps and lists may lie in one another. */
  readonly maxDepth: number;
  /** How many values there may be, those behind an alias counted each time it is used. */
  readonly maxNodes: number;
}

export interface YamlReading {
  /** The text that offsets refer to: without a byte order mark and with plain line ends. */
  readonly text: string;
  /** Null where the text is empty or could not be read. */
  readonly root: YamlNode | null;
  readonly faults: readonly YamlFault[];
}

/** Characters that YAML does not allow to stand in a text as they are. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTER = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f]/;

const CONFLICT_MARK = /^(?:<{7}|>{7})(?: |$)/m;

/** Reads one YAML document: the fast way where the text allows, the thorough way otherwise. */
export function readYaml(source: string, limits: YamlLimits): YamlReading {
  if (source.length > limits.maxLength) {
    return refused('', { code: 'yaml-too-long', limit: limits.maxLength, at: 0 });
  }
  const text = source.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const control = CONTROL_CHARACTER.exec(text);
  if (control !== null) {
    const [character] = control;
    return refused(text, { code: 'yaml-control-character', character, at: control.index });
  }
  const plain = readPlainYaml(text, limits.maxDepth);
  if (plain !== null) return { text, root: plain, faults: [] };
  const full = readFullYaml(text, limits);
  const conflict = full.faults.length > 0 ? CONFLICT_MARK.exec(text) : null;
  if (conflict !== null) return refused(text, { code: 'yaml-merge-conflict', at: conflict.index });
  return { text, ...full };
}

function refused(text: string, fault: YamlFault): YamlReading {
  return { text, root: null, faults: [fault] };
}
