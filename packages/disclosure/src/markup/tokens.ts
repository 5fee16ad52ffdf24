/** HTML and SVG as a flat list of tokens. Strict: a comment or tag that never closes cannot be checked. */

export type Token =
  | {
      readonly kind: 'open';
      readonly at: number;
      readonly end: number;
      readonly name: string;
      readonly attributes: ReadonlyMap<string, string>;
      readonly empty: boolean;
    }
  | { readonly kind: 'close'; readonly at: number; readonly end: number; readonly name: string }
  | {
      readonly kind: 'text';
      readonly at: number;
      readonly end: number;
      readonly text: string /** The element whose raw content it is. */;
      readonly raw: string | null;
    }
  | {
      readonly kind: 'comment' | 'declaration';
      readonly at: number;
      readonly end: number;
      readonly text: string;
    };

/** Most tokens of a document that are looked at, some 300 MB; a packed file of some kilobytes can have very many more. */
const MOST_TOKENS = 1_000_000;

/** Elements whose content is no markup. */
const rawElements = new Set([
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
  'noembed',
  'noframes',
  'plaintext',
]);

/** @param xml - In XML nothing is raw, and sections of character data are text. @throws Error for what cannot be read. */
export function tokens(source: string, xml: boolean): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < source.length) {
    if (found.length > MOST_TOKENS) {
      throw new Error(`it has more than ${MOST_TOKENS} elements and texts`);
    }
    const next = nextMarkup(source, at);
    if (next > at)
      found.push({
        kind: 'text',
        at,
        end: next,
        text: entities(source.slice(at, next)),
        raw: null,
      });
    if (next >= source.length) break;
    at = next;
    if (source.startsWith('<!--', at)) {
      const end = endOf(source, '-->', at + 4, 'a comment');
      found.push({ kind: 'comment', at, end, text: source.slice(at + 4, end - 3) });
      at = end;
    } else if (source.startsWith('<![CDATA[', at)) {
      const end = endOf(source, ']]>', at + 9, 'a section');
      found.push({
        kind: xml ? 'text' : 'comment',
        at,
        end,
        text: source.slice(at + 9, end - 3),
        raw: null,
      } as Token);
      at = end;
    } else if (source.startsWith('<!', at) || source.startsWith('<?', at)) {
      const end = endOf(source, '>', at + 2, 'a declaration');
      found.push({ kind: 'declaration', at, end, text: source.slice(at, end) });
      at = end;
    } else {
      const end = endOfTag(source, at);
      const token = readTag(source, at, end, xml);
      found.push(token);
      at = end;
      if (!xml && token.kind === 'open' && rawElements.has(token.name)) {
        const close = new RegExp(`</${token.name}(?=[\\s/>])`, 'gi');
        close.lastIndex = at;
        const stop = close.exec(source)?.index ?? source.length;
        found.push({ kind: 'text', at, end: stop, text: source.slice(at, stop), raw: token.name });
        at = stop;
      }
    }
  }
  return found;
}

/** The next sign that begins markup; a lone `<` in a text does not. */
function nextMarkup(source: string, from: number): number {
  for (let at = source.indexOf('<', from); at !== -1; at = source.indexOf('<', at + 1)) {
    if (/[A-Za-z!?/]/.test(source.charAt(at + 1))) return at;
  }
  return source.length;
}

function endOf(source: string, mark: string, from: number, what: string): number {
  const end = source.indexOf(mark, from);
  if (end === -1) throw new Error(`${what} is never closed`);
  return end + mark.length;
}

function endOfTag(source: string, from: number): number {
  let quote = '';
  for (let at = from + 1; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (
      (character === '"' || character === "'") &&
      /=\s*$/.test(source.slice(Math.max(from, at - 8), at))
    )
      quote = character;
    else if (character === '>') return at + 1;
  }
  throw new Error('a tag is never closed');
}

function readTag(source: string, at: number, end: number, xml: boolean): Token {
  const isClose = source.charAt(at + 1) === '/';
  const inner = source.slice(at + (isClose ? 2 : 1), end - 1);
  const [, written = ''] = /^([^\s/>]+)/.exec(inner) ?? [];
  const plain = xml ? written.replace(/^.*:/, '').toLowerCase() : written.toLowerCase();
  if (isClose) return { kind: 'close', at, end, name: plain };
  const attributes = new Map<string, string>();
  const pattern = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
  for (const match of inner.slice(written.length).matchAll(pattern)) {
    const name = (match[1] ?? '').toLowerCase();
    if (!attributes.has(name))
      attributes.set(name, entities(match[2] ?? match[3] ?? match[4] ?? ''));
  }
  return { kind: 'open', at, end, name: plain, attributes, empty: inner.endsWith('/') };
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  minus: '−',
  colon: ':',
  tab: '\t',
  newline: '\n',
  lpar: '(',
  rpar: ')',
};

/** Character references resolved, so that `&#55;` is a seven. */
export function entities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));?/gi,
    (whole, hex, decimal, name) => {
      const point =
        hex !== undefined
          ? Number.parseInt(hex, 16)
          : decimal !== undefined
            ? Number(decimal)
            : null;
      if (point !== null) return point <= 0x10ffff ? String.fromCodePoint(point) : '';
      return named[String(name).toLowerCase()] ?? whole;
    },
  );
}

/** Elements of HTML that have no end tag. */
export const voidElements: ReadonlySet<string> = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
  'param',
]);
