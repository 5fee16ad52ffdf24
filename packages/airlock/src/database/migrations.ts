import { appendOnly, decisionLogTable, type Migration, refuseChange } from '@vitrine/platform';

const firstTables: Migration = {
  name: '0001-first-tables',
  statements: [
    ...decisionLogTable,
    refuseChange,
    appendOnly('audit_event'),
    `create table session (
       hash text primary key,
       username text not null,
       name text not null,
       "grant" text not null,
       approval_key text not null,
       rights jsonb not null,
       confirmed_at timestamptz not null,
       created_at timestamptz not null,
       expires_at timestamptz not null
     )`,
    `create index session_expiry on session (expires_at)`,
    `create table release_request (
       identifier text primary key check (identifier ~ '^[a-z2-7]{16}$'),
       workspace text not null,
       project text not null,
       author text not null,
       status text not null check (status in ('pending', 'submitted', 'partially-reviewed', 'reviewed', 'returned', 'approved', 'rejected', 'released', 'withdrawn')),
       outputs integer not null,
       created_at timestamptz not null,
       status_since timestamptz not null
     )`,
    // One active request of an author in a workspace, whatever two tabs do at once.
    `create unique index release_request_active on release_request (workspace, author)
       where status in ('pending', 'submitted', 'partially-reviewed', 'reviewed', 'returned')`,
    `create index release_request_status on release_request (status, status_since)`,
    `create table released_file (
       workspace text not null,
       path text not null,
       sha256 text not null,
       request text not null references release_request,
       released_at timestamptz not null,
       primary key (request, path)
     )`,
    `create index released_file_workspace on released_file (workspace, path, released_at desc)`,
    `create table news (
       id bigint generated always as identity primary key,
       request text not null references release_request,
       number integer not null,
       kind text not null,
       workspace text not null,
       author text not null,
       at timestamptz not null,
       sent_at timestamptz,
       unique (request, number)
     )`,
    `create index news_unsent on news (id) where sent_at is null`,
    `create table upload (
       request text primary key references release_request,
       sent_bytes bigint not null default 0,
       total_bytes bigint not null,
       attempts integer not null default 0,
       next_attempt_at timestamptz,
       last_fault text,
       last_message text
     )`,
  ],
};

const sending: Migration = {
  name: '0002-sending',
  statements: [
    `alter table upload add column last_hint text`,
    // What the job server will never take is told as sent, with its reason, so that later news do not wait behind it.
    `alter table news add column refused_code text`,
    `create index upload_due on upload (next_attempt_at) where next_attempt_at is not null`,
    `alter table release_request add column recalled_at timestamptz`,
    // Whoever recalls a request is never held up by what its author has begun since.
    `drop index release_request_active`,
    `create unique index release_request_active on release_request (workspace, author)
       where status in ('pending', 'submitted', 'partially-reviewed', 'reviewed', 'returned') and recalled_at is null`,
  ],
};

/** All steps in their order. New ones go to the end; what has been released is never edited. */
export const migrations: readonly Migration[] = [firstTables, sending];
