/** Reads SQL with sqlglot, which knows databases that cannot be started here. */
import { runPython } from '../formats/test-python.ts';

/** What sqlglot calls the dialects. */
export type Grammar = 'tsql' | 'trino';

/**
 * Rules that sqlglot does not know itself. In T-SQL a condition is no value and a value no condition; nowhere may a query
 * stand within an aggregate, a constant be grouped or sorted by, or a derived table be sorted.
 */
const JUDGE = `
import json, sys
import sqlglot
from sqlglot import exp

CONDITIONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.Like, exp.In, exp.Between,
              exp.And, exp.Or, exp.Not, exp.Exists, exp.Escape)

def bare(node):
    while isinstance(node, exp.Paren):
        node = node.this
    return node

def wants_condition(node):
    child, parent = node, node.parent
    while isinstance(parent, exp.Paren):
        child, parent = parent, parent.parent
    if isinstance(parent, (exp.Where, exp.Having, exp.And, exp.Or, exp.Not, exp.Escape)):
        return True
    if isinstance(parent, exp.If):
        return parent.this is child
    return isinstance(parent, exp.Join) and parent.args.get('on') is child

def faults(tree, grammar):
    for node in tree.walk():
        if isinstance(node, exp.Command):
            yield 'is not understood'
        if isinstance(node, exp.AggFunc) and node.find(exp.Select):
            yield 'a query within an aggregate'
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Select) and node.this.args.get('order'):
            yield 'a derived table is sorted'
        if isinstance(node, exp.Group) and any(isinstance(bare(one), exp.Literal) for one in node.expressions):
            yield 'grouped by a constant'
        if isinstance(node, exp.Ordered) and isinstance(bare(node.this), (exp.Literal, exp.Cast)) and not node.find(exp.Column):
            yield 'sorted by a constant'
        if grammar != 'tsql':
            continue
        if isinstance(node, CONDITIONS) and not wants_condition(node):
            yield 'a condition as a value: ' + node.sql(grammar)[:200]
        wanted = []
        if isinstance(node, (exp.Where, exp.Having, exp.Not, exp.If)):
            wanted = [node.this]
        elif isinstance(node, (exp.And, exp.Or)):
            wanted = [node.this, node.expression]
        elif isinstance(node, exp.Join) and node.args.get('on'):
            wanted = [node.args['on']]
        for one in wanted:
            if not isinstance(bare(one), CONDITIONS):
                yield 'a value as a condition: ' + one.sql(grammar)[:200]

answers = []
asked = json.load(sys.stdin)
for statement in asked['statements']:
    try:
        found = [fault for tree in sqlglot.parse(statement, dialect=asked['grammar'])
                 for fault in faults(tree, asked['grammar'])]
    except Exception as error:
        found = [str(error)[:500]]
    if found:
        answers.append({'statement': statement, 'faults': found[:5]})
print(json.dumps(answers[:5]))
`;

/** Statements that are not sound, with what is wrong with them. */
export function judge(grammar: Grammar, statements: readonly string[]): unknown {
  return runPython(JUDGE, { grammar, statements });
}

/** The text that each expression is, or null where it is anything but a text; names where it is a table. */
const READ = `
import json, sys
import sqlglot
from sqlglot import exp

def text(node):
    if isinstance(node, exp.Paren):
        return text(node.this)
    if isinstance(node, (exp.Literal, exp.National)):
        return node.this if isinstance(node, exp.National) or node.is_string else None
    if isinstance(node, (exp.Add, exp.DPipe)):
        left, right = text(node.this), text(node.expression)
        return None if left is None or right is None else left + right
    if isinstance(node, exp.Chr):
        return ''.join(chr(int(one.this)) for one in node.expressions)
    if isinstance(node, exp.Escape):
        return text(node.this.expression)
    if isinstance(node, exp.Like):
        return text(node.expression)
    return None

def read(expression):
    trees = sqlglot.parse('SELECT 1 AS one FROM t WHERE ' + expression, dialect='tsql')
    if len(trees) != 1:
        return None
    tree = trees[0]
    where = tree.args['where'].this
    if isinstance(where, exp.Paren):
        where = where.this
    if isinstance(where, exp.EQ):
        if isinstance(where.this, exp.Column) and where.this.name == 'subject':
            return text(where.expression)
        return where.this.name if isinstance(where.this, exp.Column) else None
    return text(where)

print(json.dumps([read(one) for one in json.load(sys.stdin)]))
`;

/**
 * Reads conditions of T-SQL back: of `subject = TEXT` and `subject LIKE TEXT …` the text, of `NAME = 1` the name; null where the condition
 * is anything else, for example because a text did not end where it should.
 */
export function readTexts(expressions: readonly string[]): unknown {
  return runPython(READ, expressions);
}
