/**
 * Parsing with the `yaml` package as leniently as the original's parser (libyaml) does.
 *
 * Where the two differ for real projects: inside brackets and quotes libyaml does not look at the indentation of lines, and
 * a comment may follow a bracket or quote without a space between.
 */

import { createRequire } from 'node:module';
import type { Document, Lexer, YAMLParseError } from 'yaml';

/** Most projects never need the package, and loading it takes longer than reading them: it is loaded when it is needed. */
const require = createRequire(import.meta.url);
export const yaml = (): typeof import('yaml') => require('yaml');

export interface ParsedDocument {
  readonly contents: Document.Parsed['contents'];
  readonly errors: readonly YAMLParseError[];
  /** Where a second document begins, if one does. */
  readonly second: number | null;
}

export function parseDocument(text: string): ParsedDocument {
  const { Composer, Parser } = yaml();
  const lexer = lenientLexer();
  const parser = new Parser();
  function* tokens(): ReturnType<typeof parser.parse> {
    for (const lexeme of lexer.lex(text)) yield* parser.next(lexeme);
    yield* parser.end();
  }
  const composer = new Composer({
    // Every scalar as text: `scalar.ts` resolves them by the original's rules.
    schema: 'failsafe',
    uniqueKeys: false,
    strict: false,
  });
  const [document, second] = composer.compose(tokens(), true, text.length);
  return {
    contents: (document?.contents ?? null) as ParsedDocument['contents'],
    errors: (document?.errors ?? []).filter((error) => !isHarmless(error)),
    second: second === undefined ? null : second.range[0],
  };
}

function isHarmless({ code, message }: YAMLParseError): boolean {
  return code === 'MISSING_CHAR' && message.startsWith('Comments must be separated');
}

/** What the lexer keeps to itself: the least indentation of a line that belongs to the value being read. */
interface LexerInside {
  indentNext: number;
  parseFlowCollection(): Generator<string, unknown, unknown>;
  parseQuotedScalar(): Generator<string, unknown, unknown>;
}

/** A lexer to which, in brackets and quotes, every line belongs. The package has no option for it; its version is fixed. */
function lenientLexer(): Lexer {
  const lexer = new (yaml().Lexer)();
  const inside = lexer as unknown as LexerInside;
  for (const method of ['parseFlowCollection', 'parseQuotedScalar'] as const) {
    const strict = inside[method].bind(inside);
    inside[method] = function* lenient() {
      const { indentNext } = inside;
      inside.indentNext = 0;
      const next = yield* strict();
      inside.indentNext = indentNext;
      return next;
    };
  }
  return lexer;
}
