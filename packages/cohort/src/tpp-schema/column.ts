/**
 * The words in which the tables of a database are written down here, and what they mean.
 *
 * A column is one word, such as `int`, or `str binary`, so that a table reads like its description. `tableSchema` turns
 * the words into objects once.
 */

/** What a column holds. `date` is a calendar day, `datetime` a moment without a time zone. */
export type ColumnKind = 'int' | 'float' | 'bool' | 'date' | 'datetime' | 'str';

/**
 * How texts of a column compare: `binary` byte by byte, so that `XaY0k` is not `xaY0k` (Latin1_General_BIN); `caseless`
 * without regard to case but to accents (Latin1_General_CI_AS). Without either it is the standard of the server, and no
 * rule of the reference hangs on it.
 */
export type Collation = 'binary' | 'caseless';

/**
 * A column in one word. `required` is never NULL. `int wide` may pass 2³¹ in a national database: numbers of events and
 * what a production database widens. Everything else may be NULL.
 */
export type ColumnWord =
  | ColumnKind
  | 'int required'
  | 'int wide'
  | 'int wide required'
  | 'str binary'
  | 'str caseless'
  | 'str caseless required'
  | 'str required'
  | 'datetime required'
  | 'bool required';

export interface ColumnSchema {
  readonly type: ColumnKind;
  readonly nullable: boolean;
  /** For `int`: 64 bits rather than 32. */
  readonly wide?: true;
  /** For `str`, where the reference says how its values compare. */
  readonly collation?: Collation;
}

export interface TableSchema<Column extends string = string> {
  readonly columns: Readonly<Record<Column, ColumnSchema>>;
  /** Whether the source promises at most one row for each patient. Where it promises nothing this is false. */
  readonly onePerPatient: boolean;
  /** The column that tells the rows apart and ends ties, where there is one. */
  readonly key: Column | null;
}

/** A table as it is written down. */
export interface TableWords {
  readonly columns: Readonly<Record<string, ColumnWord>>;
  readonly onePerPatient?: true;
  readonly key?: string;
}

/** Tables by name, as they are written down. */
export type TablesInWords = Readonly<Record<string, TableWords>>;

/** The table that the words describe. */
export function tableSchema<Column extends string>(words: {
  readonly columns: Readonly<Record<Column, ColumnWord>>;
  readonly onePerPatient?: true;
  readonly key?: string;
}): TableSchema<Column> {
  const columns = Object.fromEntries(
    Object.entries<ColumnWord>(words.columns).map(([name, word]) => [name, columnSchema(word)]),
  );
  return {
    columns: columns as Record<Column, ColumnSchema>,
    onePerPatient: words.onePerPatient ?? false,
    key: (words.key as Column | undefined) ?? null,
  };
}

function columnSchema(word: ColumnWord): ColumnSchema {
  const [type, ...marks] = word.split(' ');
  const collation = (['binary', 'caseless'] as const).find((one) => marks.includes(one));
  return {
    type: type as ColumnKind,
    nullable: !marks.includes('required'),
    ...(marks.includes('wide') ? { wide: true } : {}),
    ...(collation === undefined ? {} : { collation }),
  };
}
