/** Makes `docs/engine.md`: how the cohort engine works, with one definition shown at every pass as the engine prints it. */
import { join } from 'node:path';
import { lowerStudy } from '../../packages/cohort/src/cohortextractor/lower-study.ts';
import { exitCodes } from '../../packages/cohort/src/commands/tell-faults.ts';
import { dialects } from '../../packages/cohort/src/dialect/dialects.ts';
import { modelOfStudy } from '../../packages/cohort/src/engine/study-model.ts';
import { printModel } from '../../packages/cohort/src/model/print.ts';
import { LEAST_DATES, MOST_COLUMNS, MOST_DATES } from '../../packages/cohort/src/plan/batch-sql.ts';
import { compile } from '../../packages/cohort/src/plan/compile.ts';
import { planCohort } from '../../packages/cohort/src/plan/plan-cohort.ts';
import { printPlan } from '../../packages/cohort/src/plan/print-plan.ts';
import { printStatements } from '../../packages/cohort/src/plan/print-statements.ts';
import type {
  RecordedCall,
  RecordedModule,
  RecordedValue,
} from '../../packages/cohort/src/record/document.ts';
import { PAUSES } from '../../packages/cohort/src/session/with-session.ts';
import { tppSchema } from '../../packages/cohort/src/tpp-schema/schema.ts';

/** Where the page lies. */
export const enginePagePath: string = join(import.meta.dirname, '../../docs/engine.md');

const definition = `from cohortextractor import StudyDefinition, codelist, patients

asthma = codelist(["195967001", "304527002"], system="snomed")
study = StudyDefinition(
    index_date="2020-01-01",
    population=patients.registered_as_of("index_date"),
    sex=patients.sex(),
    asthma_date=patients.with_these_clinical_events(
        asthma,
        on_or_before="index_date",
        find_last_match_in_period=True,
        returning="date",
        date_format="YYYY-MM-DD",
    ),
)`;

function call(
  name: string,
  line: number,
  given: Readonly<Record<string, RecordedValue>>,
): RecordedValue {
  const place = { file: 'analysis/study_definition.py', line };
  const made: RecordedCall = { function: name, arguments: given, columns: [], place };
  return { call: made };
}

/** What the recorder writes of the definition above. */
const recorded: RecordedModule = {
  module: 'study_definition',
  definition: {
    index_date: '2020-01-01',
    default_expectations: null,
    population: call('registered_as_of', 6, { reference_date: 'index_date' }),
    columns: [
      ['sex', call('sex', 7, {})],
      [
        'asthma_date',
        call('with_these_clinical_events', 8, {
          codelist: { codelist: 0 },
          on_or_before: 'index_date',
          find_last_match_in_period: true,
          returning: 'date',
          date_format: 'YYYY-MM-DD',
        }),
      ],
    ],
    place: { file: 'analysis/study_definition.py', line: 4 },
  },
  measures: null,
  codelists: [{ system: 'snomed', codes: ['195967001', '304527002'], categories: null }],
  fault: null,
};

const INDEX_DATES = ['2020-01-01', '2020-01-08', '2020-01-15'];

/** The page as Markdown. */
export function renderEnginePage(): string {
  const { model, dates } = modelOfStudy(lowerStudy(recorded), {
    indexDates: INDEX_DATES,
    today: '2022-01-01',
    includeTypeOneOptOuts: false,
  });
  const plan = planCohort(model, dates, tppSchema);
  const statements = printStatements(compile(plan, dialects.duckdb));
  return `# The cohort engine

Made by \`npm run docs\` from the engine itself; do not edit.

A study definition becomes one file of rows for each index date. All dates are worked out by one compiled plan. The population comes
first: what it asks is read, and then each other table once, for those alone who may be in it at some date. What does not depend on
the date is computed once. \`vitrine cohort explain\` prints what this page shows for any definition, without a database;
\`dump_cohort_sql\` prints the queries alone.

## The passes

| pass | takes | gives | read first |
| --- | --- | --- | --- |
| record | the study's Python, in a sandbox without network and secrets | one JSON document | \`record/document.ts\` |
| lower | the document | a \`Study\`: flat, typed, dates still open; or every fault with its line | \`cohortextractor/study.ts\` |
| model | the study | what is asked of the records, as typed nodes: no dates, no SQL | \`model/model.ts\` |
| plan | the model and the index dates | which tables are read once, and how rows enter and leave between dates | \`plan/plan-cohort.ts\` |
| dialect | the plan | statements for one kind of database | \`plan/compile.ts\`, \`dialect/dialect.ts\` |
| rows | the statements and the database | for each date a query of rows, with their counts | \`engine/run-plan.ts\`, \`session/session.ts\` |
| files | the rows | csv, csv.gz, feather, dta, dta.gz, each whole or absent | \`engine/extract-cohort.ts\` |

Paths are those below \`packages/cohort/src\`. Everything up to the statements is pure.

## One definition through all of them

\`\`\`python
${definition}
\`\`\`

with \`--index-date-range "2020-01-01 to 2020-01-15 by week"\`.

### Model

\`\`\`
${printModel(model).trimEnd()}
\`\`\`

### Plan

\`\`\`
${printPlan(plan).trimEnd()}
\`\`\`

### Queries (DuckDB)

\`\`\`sql
${statements.trimEnd()}
\`\`\`

Files of csv ask for the same rows as lines of text, one column for all cells, so that DuckDB writes them itself; that is the only
difference between these queries and those of an extraction.

## What is worked out once, and for how many dates

| kept in | for | what |
| --- | --- | --- |
| tables of scans | all dates | what rows say of a patient, or by stretches of dates |
| \`persons\` | all dates | values, and texts of cells, that no date changes |
| \`stretches\` | a batch of dates | what stays the same for some dates; of flags that are true at single dates, one number for all of them |
| the queries of a date | one date | what changes with every date, for example an age |

What the population asks at every date alike is read first and for everybody; all else is read for those who are left. A table that
both need is read twice then, which costs little: in the benchmark's cohort a tenth of a million patients is left, and the second
reading of 100 million events takes 2.4 s where one reading for everybody took 5.2 s and gave four times the rows.

Dates that hang on other dates (a second dose at least 15 days after the first) are worked out for all index dates at once, too. The
first dose stays the same for a patient on stretches of index dates; each row is compared with it once for each of its stretches, and
counts on the part of the stretch on which it counts by itself (\`byStretch\` in \`plan/plan.ts\`, \`plan/stretches-sql.ts\`). So a chain of
doses is a chain of scans, each over the stretches of the one before. Only where the other value changes with every index date by
itself, as an age does, or is true at single dates, are rows read anew for each date.

A value that several others are made of is a column of an inner query, not written out again in each (\`plan/shared-values.ts\`). A
study of five doses, each after the one before, with twelve conditions and groups of groups of them, took 2.1 MB of SQL at one date
and 19 MB at 40 when it was written out; it takes 61 KB and 0.7 MB. One date of it over 100,000 patients took 18 s of processor time
and takes 2.4 s, for the same bytes.

A batch has up to ${MOST_DATES} dates, fewer where more than flags changes with every date: at most ${MOST_COLUMNS} columns are made for single dates,
though never less than ${LEAST_DATES} dates share a batch. The plan says so when there are several. Batches cost processor time and hardly any room:
the blood pressure cohort of the example over 300,000 patients and 163 weeks took 8.9 s of it to make its batches with 4 dates each,
5.0 s with 8, 2.9 s with 16, 2.1 s with 24 and 1.2 s with 48, in a process of 550 to 700 MiB at every size. Where a patient's rows
change at every date a batch has as many rows of them as dates; what does not fit goes to the temporary folder.

When some dates are done already, the others are planned without them.

## The database's address

It stands in \`--database-url\`, in \`DATABASE_URL\`, or in a file that \`DATABASE_URL_FILE\` names.

| address | is | settings after a question mark |
| --- | --- | --- |
| \`duckdb:PATH\` | a database file, or a folder with \`TABLE.parquet\`, or a folder \`TABLE\` of Parquet files, for each table; opened for reading only | |
| \`mssql://USER:PASSWORD@HOST:PORT/DATABASE\` | Microsoft SQL Server from 2016 on, with a login of its own; the port is 1433 if there is none; \`mssql+pyodbc:\` and the like mean the same | \`encrypt=yes\`, \`no\` or \`strict\` (TDS 8); \`trustServerCertificate=yes\`; \`driver\` is passed over |
| \`trino://USER:PASSWORD@HOST:PORT/CATALOG/SCHEMA\` | Trino; \`presto:\` means the same; user and password may be left out | \`tls=yes\` or \`no\` (yes at port 443 and with a password, which never goes unencrypted); \`own_schema=NAME\` |

Signs that mean something in an address are percent-encoded in users and passwords. Patients with a type 1 opt-out are left out
unless \`opensafely_include_t1oo=true\` is among the settings. Certificates of an authority of one's own are named by
\`NODE_EXTRA_CA_CERTS\`.

The address is handed to a process of its own (\`database-process/main.ts\`), which gets nothing else of the surroundings but
PATH, HOME, LANG and TMPDIR. The study's Python has ended before it starts. No message repeats the address, and of the
database's own messages only the kind is told, because they may quote values of records.

## Three kinds of databases

A session (\`session/session.ts\`) is one conversation with a database. It names its dialect, runs statements, hands rows over as
they come, brings rows in, tells which columns there are, and takes its tables with it when it ends.

| | DuckDB | SQL Server | Trino |
| --- | --- | --- | --- |
| where | in the process itself | one connection, by the driver \`tedious\` | HTTP, from page to page |
| tables of a run | in memory, and in the temporary folder | \`#name\`: they go with the connection | in the address's schema or \`own_schema\`, named \`vitrine_DAY_RANDOM_…\`; dropped at the end, also after a fault or a stop |
| what the user must be allowed | to read the file | to read the tables | to read the tables; to make, fill and drop tables in that schema, and to list them |
| csv and csv.gz | written by DuckDB | written here, as the rows come | written here, as the rows come |
| feather, dta, dta.gz | written here, from rows that are set down on disk as they come ([decision 0017](decisions/0017-streamed-formats.md)) | the same | the same |
| measures | added up in the database; a row for each patient is read only for a measure without groups, or of fractions | the same | the same |
| isolation | the file does not change | each statement by itself, at the server's own level | each statement by itself |
| name of the build | sizes and times of change of the files | the newest build that \`BuildProgress\` says has ended; without one, no file of an earlier attempt is taken over | the same |

A process that is killed by the system cannot drop its tables in Trino. Their names begin with the day on which they were made; those
of days when nothing runs any more can be dropped by hand.

### What is tried again

What may pass is tried again after ${PAUSES.slice(0, -1).join(', ')} and ${PAUSES.at(-1)} seconds, and then not any more; each further try is in the log.

- In SQL Server, a statement that lost a deadlock (1205), waited too long for a lock (1222) or found no memory (8645) is said again on
  the same connection: it was undone, and the tables of the run are still there.
- Where the connection broke, the server is being shut down, a node is gone or a query was killed, the work is begun again on a new
  session. Files that are in their places stay, and are passed over.
- A server that has answered nothing at all is not waited for: the address may be wrong. The fault is told at once, with exit code 3.
- A page of Trino whose connection breaks is asked for again at once; so is a page or a statement that is answered with 429, 502, 503
  or 504. Where nobody listens any more, or nobody knows the statement any more, the work is begun again on a new session.

A fault that does not pass is told at once: by the number of SQL Server's error or the name of Trino's, without their words.

### What is checked, and what is not

- A real Trino (version 435 with its memory connector, \`tools/test-trino\`) is part of the tests. Random models over random records
  give there what the oracle gives, at all dates at once; operations, hostile texts and rows that are brought in are what they were
  meant to be; the example's three studies and a chain of dates that hang on one another, over 300 synthetic patients at three dates,
  have the bytes that DuckDB writes; measures are the same to the digit. Missing tables and columns, wrong types, a query that is
  killed or lacks memory, and a server that is lost between two files become the documented faults, without its words; after those
  that may pass the work is taken up; and no table of a run is left (\`session/trino-plans.test.ts\`, \`session/trino-extracts.test.ts\`,
  \`dialect/trino-expressions.test.ts\`).
- What that Trino cannot be made to do is done by a listener that speaks its protocol: busy coordinators, gateways, broken pages,
  refused logins. How it does with other connectors, with several nodes, with access rules and with many rows has not been seen.
- The statements of whole plans in T-SQL are put into DuckDB's words by sqlglot, one by one, and run: random models give what the
  oracle gives, and the example's three studies the rows of the embedded database (\`session/foreign-plans.test.ts\`). Texts that are
  put together of two columns are left out: sqlglot cannot tell their plus from that of numbers. The session is run against a
  listener that speaks TDS, answers by way of DuckDB, and breaks off as servers and networks do: the files have the bytes that DuckDB
  writes (\`session/extract-over-servers.test.ts\`).
- On a real SQL Server nothing has run. What its texts of 8,000 bytes, its collations and its reading past blanks at the end of texts do
  beyond what the dialect says, and how fast it is, has not been seen. Nor have encryption and logins other than by user and password.

## What is recorded with every extract

Rows, bytes and SHA-256 of the file; of each column how many rows have its empty value; attrition, which is how many patients
each condition of the population leaves; the SHA-256 of the plan, which is the same for the same definition, dates and engine; and
a name of the database's build. A later attempt at the same work takes a file over
only if plan, build and hash are all the same.

Measures that are made straight from the database have the same record for each measure and date: its rows are the groups of the
file, attrition and missing values are those of the patients behind them, and the SHA-256 covers the measure as well as the plan. So
a stop loses the date that was being worked on, and nothing else. The file of all dates is put together of the others and has no
record of its own. \`--skip-existing\` keeps files of single dates that are there.

When an action runs again without a database, what was told of its earlier extracts is removed with them.

## How it ends

| exit code | means |
| --: | --- |
| ${exitCodes.done} | done |
| ${exitCodes.fault} | the study is at fault |
| ${exitCodes.usage} | the command is |
| ${exitCodes.platform} | a fault of the platform that may pass: another process writes to the database, a server broke off time and again, its process died, a file could not be written |
| ${exitCodes.rebuilding} | the database is being rebuilt: a table is away for that time |
| ${exitCodes.database} | another fault of the database: it is not there, lets nobody in, lacks a table or column, holds another type, is out of space, refused a query |
| ${exitCodes.stopped} | stopped |

Files that were made before a fault or a stop are whole and stay. Nobody sees a part of a file under its name: it is written
beside its place, flushed, hashed and renamed. Parts are removed, also those of a database process that was killed; if whoever started
it was killed too, by the next that makes the same files.

## Limits and refusals

- The database engine takes at most 6 GiB, or two fifths of the machine's memory if that is less. What it lacks goes to a
  temporary folder, which is removed at the end; when that is full the fault is \`database-out-of-space\`. Tried by hand with the
  blood pressure cohort at 163 weekly dates: over 100,000 patients (5 million events) the engine kept 92 MiB of tables. Limits of
  1 GiB, 512, 256 and 128 MiB made no difference; with 64 MiB 8 MiB went to disk; 48 MiB were too little for DuckDB to work in.
  Over 300,000 patients it kept 194 MiB, and with 128 MiB 12 MiB went to disk. The files had the same bytes at every limit.
- Tables and columns that the definition needs are looked for before anything is read, and all that is wrong is told at once.
- All definitions of a command are checked at every index date before the first file is made.
- Commands that would change the database are refused. The queries for any of the three kinds can be printed with \`--dialect\`.

Every fault is in [errors.md](errors.md).
`;
}
