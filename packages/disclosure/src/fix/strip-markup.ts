/** HTML and SVG without scripts, comments, metadata, hidden elements and references to the outside. */
import {
  activeElements,
  addressAttributes,
  isHidden,
  leadsOut,
  styleLeadsOut,
} from '../markup/active.ts';
import { undrawn } from '../markup/check-svg.ts';
import { OpenElements } from '../markup/open-elements.ts';
import { type Token, tokens, voidElements } from '../markup/tokens.ts';

/** @throws Error for what cannot be read. */
export function stripMarkup(source: string, xml: boolean): string {
  let text = '';
  /** Elements that are open; from the first dropped one on nothing is kept. */
  const open = new OpenElements<'dropped'>();
  const dropping = (): boolean => open.isWithin('dropped');
  for (const token of tokens(source, xml)) {
    switch (token.kind) {
      case 'comment':
        break;
      case 'declaration':
        if (!dropping() && !/ENTITY|\[|xml-stylesheet/i.test(token.text)) text += token.text;
        break;
      case 'text':
        if (!dropping() && !(token.raw === 'style' && styleLeadsOut(token.text))) {
          text += source.slice(token.at, token.end);
        }
        break;
      case 'open': {
        const dropped = isDropped(token, xml);
        if (!dropped && !dropping()) text += cleanTag(source, token);
        if (xml ? !token.empty : !voidElements.has(token.name))
          open.open(token.name, dropped ? ['dropped'] : []);
        break;
      }
      case 'close': {
        const kept = !dropping();
        if (open.close(token.name) && kept) text += source.slice(token.at, token.end);
      }
    }
  }
  return text;
}

function isDropped({ name, attributes }: Token & { readonly kind: 'open' }, xml: boolean): boolean {
  return (
    activeElements.has(name) ||
    (xml && undrawn.has(name)) ||
    name === 'template' ||
    name === 'noscript' ||
    (name === 'meta' && attributes.has('http-equiv')) ||
    (name === 'link' && leadsOut(name, attributes.get('href') ?? '')) ||
    isHidden(attributes)
  );
}

/** The tag as it stands where nothing in it acts; otherwise without the attributes that do. */
function cleanTag(source: string, token: Token & { readonly kind: 'open' }): string {
  const bad = [...token.attributes].filter(
    ([name, value]) =>
      name.startsWith('on') ||
      (addressAttributes.has(name) && leadsOut(token.name, value)) ||
      (name === 'style' && styleLeadsOut(value)) ||
      (name.startsWith('data-') && value.length > 200),
  );
  if (bad.length === 0) return source.slice(token.at, token.end);
  const names = new Set(bad.map(([name]) => name));
  const kept = [...token.attributes].filter(([name]) => !names.has(name));
  const written = kept.map(
    ([name, value]) =>
      ` ${name}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`,
  );
  const [, tag = token.name] = /^<([^\s/>]+)/.exec(source.slice(token.at, token.end)) ?? [];
  return `<${tag}${written.join('')}${token.empty ? '/' : ''}>`;
}
