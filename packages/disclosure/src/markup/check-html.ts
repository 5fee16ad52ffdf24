/** HTML pages and fragments: their tables and texts, what is hidden in them, what acts in them. */
import type { CheckContext } from '../check-file.ts';
import { checkJson } from '../json/check-json.ts';
import { checkTable } from '../table/check-table.ts';
import { tableOfRows } from '../table/table.ts';
import { checkProse, lineAt } from '../text/check-text.ts';
import { printedTables } from '../text/printed-tables.ts';
import { checkTag, declarationHides, isHidden, styleHides, styleLeadsOut } from './active.ts';
import { OpenElements } from './open-elements.ts';
import { type Token, tokens, voidElements } from './tokens.ts';

const blocks = new Set([
  'p',
  'div',
  'br',
  'li',
  'tr',
  'h1',
  'h2',
  'h3',
  'h4',
  'pre',
  'td',
  'th',
  'section',
  'table',
  'ul',
  'ol',
]);

/** Checks a whole page. */
export function checkHtml(source: string, context: CheckContext): void {
  checkRunningText(checkFragment(source, context), context);
}

/**
 * Checks a piece of HTML.
 * @param element - Part of the file that it stands in.
 * @returns its text, which is not looked at here
 */
export function checkFragment(
  source: string,
  context: CheckContext,
  element: string | null = null,
): string {
  const { findings, settings } = context;
  const found = tokens(source, false);
  const where = (at: number) => ({
    line: lineAt(source, at),
    ...(element === null ? {} : { element }),
  });
  let text = '';
  const open = new OpenElements<'hidden'>();
  for (const token of found) {
    switch (token.kind) {
      case 'comment':
        if (/\d/.test(token.text.replace(/^\[if[^\]]*\]>/i, ''))) {
          findings.add('hidden-content', () => ({
            message: 'A comment holds numbers.',
            place: where(token.at),
          }));
        }
        break;
      case 'declaration':
        if (declarationHides(token.text)) {
          findings.add('hidden-content', () => ({
            message: 'A declaration holds numbers.',
            place: where(token.at),
          }));
        }
        break;
      case 'open': {
        checkTag(source, token, context);
        if (token.name === 'meta' && saysSomething(token.attributes)) {
          findings.add('hidden-content', () => ({
            message: 'A <meta> element holds numbers.',
            place: where(token.at),
          }));
        }
        if (blocks.has(token.name)) text += '\n';
        // A slash at the end closes nothing in HTML.
        if (voidElements.has(token.name)) break;
        const hidden =
          isHidden(token.attributes) || token.name === 'template' || token.name === 'noscript';
        open.open(token.name, hidden ? ['hidden'] : []);
        break;
      }
      case 'close':
        open.close(token.name);
        break;
      case 'text':
        if (token.raw === 'script') checkScript(token.text, context, () => where(token.at).line);
        else if (token.raw === 'style') {
          if (styleHides(token.text)) {
            findings.add('hidden-content', () => ({
              message: 'A style sheet hides elements, or writes numbers.',
              place: where(token.at),
            }));
          }
          if (styleLeadsOut(token.text)) {
            findings.add('active-content', () => ({
              message: 'A style sheet loads something from outside.',
              place: where(token.at),
            }));
          }
        } else {
          if (open.isWithin('hidden') && /\d/.test(token.text)) {
            findings.add('hidden-content', () => ({
              message: 'An element that is not shown holds numbers.',
              place: where(token.at),
            }));
          }
          text += token.text;
        }
        break;
      default:
    }
  }
  for (const table of tablesOf(found, source, element)) {
    checkTable(table, settings, findings);
    context.onTable(table);
  }
  return text;
}

/** What browsers and programs put there for themselves. */
const ordinaryMeta =
  /^(?:viewport|generator|theme-color|color-scheme|robots|format-detection|date)$/i;

function saysSomething(attributes: ReadonlyMap<string, string>): boolean {
  const name = attributes.get('name') ?? attributes.get('property') ?? '';
  return name !== '' && !ordinaryMeta.test(name) && /\d/.test(attributes.get('content') ?? '');
}

/** The text of the page without its tables is looked at as a text is. */
function checkRunningText(text: string, { settings, findings }: CheckContext): void {
  checkProse(text, settings, findings, 'text');
  for (const { table } of printedTables(text)) {
    if (
      table.columns > 2 &&
      checkTable({ ...table, element: 'text' }, settings, findings).ofPatients
    ) {
      findings.add('rows-in-text', () => ({
        message: `${table.rows} printed rows describe patients one by one.`,
        place: { element: 'text' },
      }));
    }
  }
}

/** Scripts are refused anyway; what data they carry is told besides, since stripping them is what mends it. */
function checkScript(script: string, context: CheckContext, line: () => number): void {
  const body = script.trim();
  if (body === '') return;
  const hasNumbers = /\b\d[\d.]{0,30}\s{0,9},\s{0,9}\d[\d.]{0,30}\s{0,9},\s{0,9}\d/.test(body);
  const isJson = /^[[{]/.test(body);
  if (isJson || hasNumbers) {
    context.findings.add('embedded-data', () => ({
      message: `A script of ${body.length} characters carries data.`,
      place: { line: line(), element: 'script' },
    }));
  }
  if (!isJson) return;
  try {
    JSON.parse(body);
  } catch {
    return;
  }
  checkJson(body, context, 'script');
}

function* tablesOf(found: readonly Token[], source: string, element: string | null) {
  let rows: string[][] | null = null;
  let lines: number[] = [];
  let cell: string | null = null;
  let head = 0;
  let isHead = false;
  let number = 0;
  let line = 1;
  let counted = 0;
  const endCell = (): void => {
    if (cell !== null) rows?.at(-1)?.push(cell.replaceAll(/\s+/g, ' ').trim());
    cell = null;
  };
  const made = () => {
    const at = Math.max(head, 1);
    number += 1;
    const label = `table ${number}`;
    return tableOfRows(rows?.[at - 1] ?? [], rows?.slice(at) ?? [], {
      element: element === null ? label : `${element} ${label}`,
      lines: lines.slice(at),
    });
  };
  for (const token of found) {
    if (token.kind === 'text' && token.raw === null && cell !== null) cell += token.text;
    if (token.kind !== 'open' && token.kind !== 'close') continue;
    const { name } = token;
    const opens = token.kind === 'open';
    if (name === 'tr' || name === 'td' || name === 'th' || name === 'table') endCell();
    if (name === 'table' && (opens || rows !== null)) {
      if (rows !== null && rows.length > 0) yield made();
      rows = opens ? [] : null;
      lines = [];
      head = 0;
    } else if (name === 'thead') isHead = opens;
    else if (name === 'tr' && opens && rows !== null) {
      rows.push([]);
      line += newlines(source, counted, token.at);
      counted = token.at;
      lines.push(line);
      if (isHead) head = rows.length;
    } else if ((name === 'td' || name === 'th') && opens) cell = '';
  }
  // A table that is never closed is shown all the same.
  endCell();
  if (rows !== null && rows.length > 0) yield made();
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1))
    count += 1;
  return count;
}
