/** SVG figures: what acts, what is hidden, what the texts tell, and how many points are drawn. */
import type { CheckContext } from '../check-file.ts';
import { checkProse, lineAt } from '../text/check-text.ts';
import { checkTag, declarationHides, isHidden, styleLeadsOut } from './active.ts';
import { OpenElements } from './open-elements.ts';
import { type Token, tokens } from './tokens.ts';

const marks = new Set(['use', 'circle', 'ellipse', 'point']);
/** Most characters of what programs write about themselves. */
const LONGEST_METADATA = 200;

/** Elements that are never drawn but hold text of their authors. */
export const undrawn: ReadonlySet<string> = new Set(['metadata', 'title', 'desc']);

export function checkSvg(source: string, context: CheckContext): void {
  const { findings, settings } = context;
  const found = tokens(source, true);
  if (!found.some((token) => token.kind === 'open' && token.name === 'svg'))
    throw new Error('it has no <svg> element');
  let drawn = 0;
  let undrawnLength = 0;
  let texts = '';
  const open = new OpenElements<'hidden' | 'undrawn'>();
  const place = (token: Token) => ({
    line: lineAt(source, token.at),
    element: open.innermost || 'svg',
  });
  for (const token of found) {
    switch (token.kind) {
      case 'declaration':
        if (/<!ENTITY|\[/i.test(token.text)) {
          findings.add('hidden-content', () => ({
            message: 'The document type defines texts of its own.',
            place: place(token),
          }));
        }
        if (!/^<!doctype/i.test(token.text) && declarationHides(token.text)) {
          findings.add('hidden-content', () => ({
            message: 'An instruction holds numbers.',
            place: place(token),
          }));
        }
        if (/^<\?xml-stylesheet/i.test(token.text)) {
          findings.add('active-content', () => ({
            message: 'A style sheet outside the file is named.',
            place: place(token),
          }));
        }
        break;
      case 'comment':
        if (/\d/.test(token.text))
          findings.add('hidden-content', () => ({
            message: 'A comment holds numbers.',
            place: place(token),
          }));
        break;
      case 'open':
        checkTag(source, token, context);
        if (marks.has(token.name)) drawn += 1;
        if (token.name !== 'tspan') texts += '\n';
        if (token.empty) break;
        open.open(token.name, [
          ...(isHidden(token.attributes) ? (['hidden'] as const) : []),
          ...(undrawn.has(token.name) ? (['undrawn'] as const) : []),
        ]);
        break;
      case 'close':
        open.close(token.name);
        break;
      case 'text': {
        if (token.text.trim() === '') break;
        const name = open.innermost;
        if (name === 'script') break;
        if (name === 'style') {
          if (styleLeadsOut(token.text))
            findings.add('active-content', () => ({
              message: 'A style sheet loads something from outside.',
              place: place(token),
            }));
        } else if (open.isWithin('undrawn')) {
          findings.add('metadata', () => ({
            message: `<${name}> holds “${token.text.trim().slice(0, 60)}”.`,
            place: place(token),
          }));
          undrawnLength += token.text.trim().length;
          checkProse(token.text, settings, findings, name);
        } else if (open.isWithin('hidden') && /\d/.test(token.text)) {
          findings.add('hidden-content', () => ({
            message: 'A text that is not shown holds numbers.',
            place: place(token),
          }));
        } else if (open.isEmpty) {
          findings.add('hidden-content', () => ({
            message: 'Text stands outside the figure.',
            place: place(token),
          }));
        } else texts += token.text;
        break;
      }
      default:
    }
  }
  if (undrawnLength > LONGEST_METADATA) {
    findings.add('hidden-content', () => ({
      message: `${undrawnLength} characters stand in metadata, titles and descriptions.`,
    }));
  }
  checkProse(texts, settings, findings, 'text');
  if (drawn >= settings.crowdedMarks) {
    findings.add('crowded-figure', () => ({
      message: `The figure draws ${drawn} points; each may be a patient.`,
    }));
  }
}
