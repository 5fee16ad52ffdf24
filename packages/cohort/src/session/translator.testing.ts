/** What DuckDB makes of statements that were written for SQL Server: sqlglot puts them into its words. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DuckDBConnection } from '@duckdb/node-api';

const PYTHON = fileURLToPath(
  new URL('../../../../.vitrine/test-python/bin/python', import.meta.url),
);

/**
 * What sqlglot does not know itself: numbers as bytes and back, texts put together with a plus, conditions kept as bits,
 * patterns with sets of letters. What a statement does for speed alone (an index) becomes nothing.
 */
const SCRIPT = `
import json, re, sys
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

T = exp.DataType.Type
TEXTS = (T.VARCHAR, T.CHAR, T.NVARCHAR, T.NCHAR, T.TEXT)
BYTES = (T.BINARY, T.VARBINARY)

def bare(node):
    while isinstance(node, exp.Paren):
        node = node.this
    return node

def is_text(node):
    node = bare(node)
    if isinstance(node, exp.Literal):
        return node.is_string
    if isinstance(node, (exp.National, exp.Collate, exp.Substring, exp.DPipe, exp.Replace, exp.Lower, exp.Upper, exp.Trim,
                         exp.Chr, exp.Right, exp.Left, exp.Hex)):
        return True
    if isinstance(node, exp.Cast):
        return node.to.this in TEXTS
    if isinstance(node, exp.Convert):
        return node.this.this in TEXTS
    if isinstance(node, exp.Anonymous):
        return node.this.lower() == 'sixteen_digits'
    if isinstance(node, exp.Add):
        return is_text(node.this) or is_text(node.expression)
    if isinstance(node, exp.Case):
        return any(is_text(one.args['true']) for one in node.args['ifs'])
    if isinstance(node, exp.Coalesce):
        return any(is_text(one) for one in [node.this, *node.expressions])
    return False

def call(name, *arguments):
    return exp.Anonymous(this=name, expressions=[one.copy() for one in arguments])

def text_of(node):
    node = bare(node)
    if isinstance(node, (exp.Literal, exp.National)):
        return node.this
    if isinstance(node, (exp.Add, exp.DPipe)):
        return text_of(node.this) + text_of(node.expression)
    if isinstance(node, exp.Chr):
        return ''.join(chr(int(one.this)) for one in node.expressions)
    raise ValueError('a pattern that is no text')

def expression_of(pattern, escape):
    found, at = '', 0
    while at < len(pattern):
        sign = pattern[at]
        if escape is not None and sign == escape:
            at += 1
            found += re.escape(pattern[at])
        elif sign == '%':
            found += '.*'
        elif sign == '_':
            found += '.'
        elif sign == '[':
            end = pattern.index(']', at + 1)
            found += pattern[at:end + 1]
            at = end
        else:
            found += re.escape(sign)
        at += 1
    return '(?s)' + found

def like(node, escape):
    subject = node.this.transform(plainer)
    found = exp.Anonymous(this='regexp_full_match', expressions=[subject, exp.Literal.string(expression_of(text_of(node.expression), escape))])
    return exp.Paren(this=exp.Not(this=found)) if node.args.get('negate') else found

def position(node):
    pattern, subject = node.expressions[0].this, node.expressions[1]
    signs = re.fullmatch(r'%\\[([A-Za-z]+)\\]%', pattern).group(1)
    before = exp.Anonymous(this='regexp_extract', expressions=[subject.copy(), exp.Literal.string('(?s)^[^' + signs + ']*')])
    return exp.Paren(this=exp.Add(this=call('length', before), expression=exp.Literal.number(1)))

def plainer(node):
    if isinstance(node, exp.Anonymous) and node.this.upper() == 'PATINDEX':
        return position(node)
    if isinstance(node, exp.Escape) and isinstance(node.this, exp.Like):
        return like(node.this, node.expression.this)
    if isinstance(node, exp.Like):
        return like(node, None)
    if isinstance(node, exp.Collate):
        return exp.Paren(this=node.this)
    if isinstance(node, exp.ColumnDef):
        node.set('constraints', [])
        return node
    if isinstance(node, exp.Convert):
        style = node.args.get('style')
        inner = bare(node.expression)
        if style is not None and style.this == '2' and isinstance(inner, exp.Cast) and inner.to.this in BYTES:
            return exp.Hex(this=inner.this.copy()) if inner.to.this == T.VARBINARY else call('sixteen_digits', inner.this)
        if style is not None and style.this == '3':
            return exp.Cast(this=node.expression.copy(), to=exp.DataType.build('text'))
    if isinstance(node, exp.Cast):
        inner = bare(node.this)
        if node.to.this == T.BIGINT and isinstance(inner, exp.Cast) and inner.to.this in BYTES:
            return call('sixty_four_bits', inner.this)
        if node.to.this == T.CHAR:
            return exp.Cast(this=exp.Cast(this=node.this.copy(), to=exp.DataType.build('int')), to=exp.DataType.build('text'))
    if isinstance(node, exp.DataType):
        if node.this == T.BIT:
            return exp.DataType.build('boolean')
        if node.this in (T.FLOAT, T.DOUBLE):
            return exp.DataType.build('double')
        if node.this in TEXTS and node.expressions:
            return exp.DataType.build('text')
    if isinstance(node, exp.Literal) and node.is_string and re.fullmatch('[0-9]{8}', node.this) and isinstance(node.parent, (exp.Cast, exp.TimeStrToTime)):
        return exp.Literal.string(node.this[:4] + '-' + node.this[4:6] + '-' + node.this[6:])
    if isinstance(node, exp.Add) and is_text(node):
        return exp.DPipe(this=node.this, expression=node.expression)
    return node

def translate(statement):
    for tree in sqlglot.parse(statement, dialect='tsql'):
        if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Index):
            continue
        # What was replaced is not looked into again: once for each level.
        for level in range(40):
            before = tree
            tree = before.transform(plainer)
            if tree == before:
                break
        yield annotate_types(tree, dialect='tsql').sql('duckdb')

for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {'statements': list(translate(asked['statement']))}
    except Exception as error:
        answer = {'error': repr(error)[:500]}
    print(json.dumps(answer), flush=True)
`;

/** Bits of a number with the order of the number; the digits of a number of 64 bits. */
const MACROS = [
  `CREATE OR REPLACE MACRO sixteen_digits(x) AS lpad(hex(CAST(x AS BIGINT)), 16, '0')`,
  `CREATE OR REPLACE MACRO sixty_four_bits_of(a) AS CASE WHEN a = 0 THEN 0 ELSE
     CAST(floor(log2(a)) + 1023 AS BIGINT) * 4503599627370496 + CAST((a / power(2, floor(log2(a))) - 1) * 4503599627370496 AS BIGINT) END`,
  `CREATE OR REPLACE MACRO sixty_four_bits(x) AS CASE WHEN x < 0
     THEN sixty_four_bits_of(-x) + (-9223372036854775807 - 1) ELSE sixty_four_bits_of(x) END`,
];

export interface Translator extends Disposable {
  /** The same in DuckDB's words, one after another. */
  translate(statement: string): Promise<readonly string[]>;
  /** Makes what the translations ask for. */
  prepare(connection: DuckDBConnection): Promise<void>;
}

/** Starts sqlglot, which takes a second; statements then take milliseconds. */
export function startTranslator(): Translator {
  const child = spawn(PYTHON, ['-W', 'ignore', '-u', '-c', SCRIPT], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (question: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value } = await answers.next();
    return JSON.parse(String(value));
  };
  return {
    translate: async (statement) => {
      const asked = last.then(() => ask({ statement }));
      last = asked.catch(() => {});
      const answer = (await asked) as { statements?: readonly string[]; error?: string };
      if (answer.statements === undefined) throw new Error(`${answer.error}\n${statement}`);
      return answer.statements;
    },
    prepare: async (connection) => {
      for (const macro of MACROS) await connection.run(macro);
    },
    [Symbol.dispose]: () => {
      child.stdin.end();
    },
  };
}
