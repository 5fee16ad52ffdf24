/** What acts in HTML and SVG: scripts, handlers, and references to anything outside the file. */
import type { CheckContext } from '../check-file.ts';
import { lineAt } from '../text/check-text.ts';
import { checkEmbedded } from './embedded.ts';
import type { Token } from './tokens.ts';

/** Elements that run or load something whatever their attributes say. */
export const activeElements: ReadonlySet<string> = new Set([
  'script',
  'iframe',
  'frame',
  'frameset',
  'object',
  'embed',
  'applet',
  'base',
  'form',
  'input',
  'button',
  'portal',
  'foreignobject',
  'handler',
  'listener',
  'animate',
  'set',
  'audio',
  'video',
  'source',
  'track',
]);

/** Attributes that hold an address. */
export const addressAttributes: ReadonlySet<string> = new Set([
  'href',
  'xlink:href',
  'src',
  'srcset',
  'action',
  'formaction',
  'data',
  'poster',
  'background',
  'cite',
  'longdesc',
  'ping',
  'manifest',
  'codebase',
  'profile',
  'xml:base',
]);

const outsideStyle =
  /@import|url\(\s*["']?(?!\s*["']?(?:#|data:))|expression\(|-moz-binding|behavior\s*:/i;

/** Whether an address leads out of the file; a link that a reader has to press is only a link. */
export function leadsOut(element: string, value: string): boolean {
  const address = value.trim();
  if (address === '' || address.startsWith('#') || /^data:image\//i.test(address)) return false;
  // Browsers skip blanks and control characters inside a scheme.
  const plain = address.replace(/\p{Cc}|\s/gu, '');
  if (/^(?:javascript|vbscript|data):/i.test(plain)) return true;
  return !(element === 'a' && /^(?:https?:|mailto:)/i.test(address));
}

/** Whether a style sheet decides what is seen: it writes numbers itself, or hides what the page holds. */
export function styleHides(sheet: string): boolean {
  const plain = sheet.replace(/\/\*[\s\S]*?\*\//g, '');
  return (
    /content\s*:\s*(?:"[^"]*\d|'[^']*\d)/i.test(plain) ||
    /display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|[{;\s]opacity\s*:\s*0(?:\.0*)?\s*[;}]|font-size\s*:\s*0(?:px|em|rem|pt|%)?\s*[;}]/i.test(
      plain,
    )
  );
}

/** Whether a declaration or an instruction says something that is not shown. */
export function declarationHides(text: string): boolean {
  if (/^<\?xml\s|^<!doctype html(?:\s+public\s+"-\/\/w3c\/\/|>|\s)/i.test(text)) return false;
  return /\d/.test(text) && !/^<!doctype svg public "-\/\/w3c\/\/dtd svg/i.test(text);
}

/** Whether a piece of style loads something. */
export function styleLeadsOut(style: string): boolean {
  return outsideStyle.test(
    style
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/\\([0-9a-f]{1,6})\s?/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
}

/** Reports what acts in one opening tag. */
export function checkTag(
  source: string,
  token: Token & { readonly kind: 'open' },
  context: CheckContext,
): void {
  const { findings } = context;
  const { name, attributes, at } = token;
  const place = () => ({ line: lineAt(source, at), element: name });
  if (
    activeElements.has(name) ||
    (name === 'meta' &&
      attributes.has('http-equiv') &&
      /refresh/i.test(attributes.get('http-equiv') ?? ''))
  ) {
    findings.add('active-content', () => ({
      message: `The element <${name}> acts when the file is opened.`,
      place: place(),
    }));
  }
  for (const [attribute, value] of attributes) {
    if (attribute.startsWith('on')) {
      findings.add('active-content', () => ({
        message: `The attribute ${attribute} of <${name}> runs a script.`,
        place: place(),
      }));
    } else if (addressAttributes.has(attribute)) {
      if (leadsOut(name, value)) {
        findings.add('active-content', () => ({
          message: `<${name}> refers to “${value.trim().slice(0, 60)}”, which is outside the file.`,
          place: place(),
        }));
      }
      checkEmbedded(value, context, name);
    } else if (attribute === 'style' && styleLeadsOut(value)) {
      findings.add('active-content', () => ({
        message: `The style of <${name}> loads something from outside.`,
        place: place(),
      }));
    } else if (attribute.startsWith('data-') && /^\s*[-+]?\d[\d.,]*\s*%?\s*$/.test(value)) {
      findings.add('hidden-content', () => ({
        message: `The attribute ${attribute} of <${name}> holds ${value.trim()}, which is not shown.`,
        place: place(),
      }));
    } else if (attribute.startsWith('data-') && value.length > 200) {
      findings.add('embedded-data', () => ({
        message: `The attribute ${attribute} of <${name}> holds ${value.length} characters.`,
        place: place(),
      }));
    }
  }
}

/** Whether the attributes of an element keep it from being seen. */
export function isHidden(attributes: ReadonlyMap<string, string>): boolean {
  const style = `;${(attributes.get('style') ?? '').slice(0, 4000)};`
    .toLowerCase()
    .replaceAll(/\s/g, '');
  const of = (name: string): string => (attributes.get(name) ?? '').trim().toLowerCase();
  return (
    attributes.has('hidden') ||
    /;(?:display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0*)?(?=;)|font-size:0|fill-opacity:0(?:\.0*)?(?=;)|fill:(?:none|transparent)(?=;)(?!.*stroke:(?!none))|color:transparent)/.test(
      style,
    ) ||
    of('display') === 'none' ||
    of('visibility') === 'hidden' ||
    /^0(?:\.0*)?%?$/.test(of('opacity')) ||
    /^0(?:\.0*)?%?$/.test(of('fill-opacity')) ||
    /^0(?:\.\d*)?(?:px|pt|em)?$/.test(of('font-size'))
  );
}
