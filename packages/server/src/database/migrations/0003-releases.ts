import { appendOnly, type Migration } from '@vitrine/platform';

/** Signing in to the airlocks of backends, what they release, and what is published of it. */
export const releases: Migration = {
  name: '0003-releases',
  statements: [
    `alter table job add column image_digest text`,
    `create table airlock_token (
       id integer generated always as identity primary key,
       hash text not null unique,
       person_id integer not null references person,
       created_at timestamptz not null,
       expires_at timestamptz not null,
       used_at timestamptz,
       backend_id integer references backend
     )`,
    `create index airlock_token_person on airlock_token (person_id)`,
    `create table airlock_grant (
       id integer generated always as identity primary key,
       identifier text not null unique check (identifier ~ '^[a-z2-7]{16}$'),
       person_id integer not null references person,
       backend_id integer not null references backend,
       approval_key text not null,
       issued_at timestamptz not null,
       expires_at timestamptz not null,
       ended_at timestamptz
     )`,
    `create index airlock_grant_person on airlock_grant (person_id)`,
    `create table release_request (
       id integer generated always as identity primary key,
       identifier text not null unique check (identifier ~ '^[a-z2-7]{16}$'),
       workspace_id integer not null references workspace,
       backend_id integer not null references backend,
       author_id integer not null references person,
       status text not null check (status in ('submitted', 'partially-reviewed', 'reviewed', 'returned', 'approved', 'rejected', 'released', 'withdrawn')),
       news integer not null,
       first_submitted_at timestamptz not null,
       status_since timestamptz not null
     )`,
    `create index release_request_workspace on release_request (workspace_id, id desc)`,
    `create table release (
       id integer generated always as identity primary key,
       identifier text not null unique check (identifier ~ '^[a-z2-7]{16}$'),
       workspace_id integer not null references workspace,
       backend_id integer not null references backend,
       author_id integer not null references person,
       released_by integer not null references person,
       announcement_hash text not null,
       state text not null check (state in ('receiving', 'released', 'cancelled')),
       announced_at timestamptz not null,
       released_at timestamptz,
       cancelled_at timestamptz,
       check ((released_at is not null) = (state = 'released')),
       check ((cancelled_at is not null) = (state = 'cancelled'))
     )`,
    `create index release_workspace on release (workspace_id, id desc)`,
    `create table release_file (
       id integer generated always as identity primary key,
       release_id integer not null references release,
       path text not null check (path <> ''),
       size bigint not null check (size >= 0),
       sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
       job_id integer not null references job,
       commit text not null check (commit ~ '^[0-9a-f]{40}$'),
       received_at timestamptz,
       withdrawn_at timestamptz,
       withdrawn_by integer references person,
       withdrawal_reason text,
       unique (release_id, path),
       check ((withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null) = (withdrawal_reason is null))
     )`,
    `create index release_file_sha256 on release_file (sha256)`,
    `create table release_approval (
       release_file_id integer not null references release_file,
       reviewer_id integer not null references person,
       grant_id integer not null references airlock_grant,
       approved_at timestamptz not null,
       signature text not null,
       primary key (release_file_id, reviewer_id)
     )`,
    `create table publication (
       id integer generated always as identity primary key,
       identifier text not null unique check (identifier ~ '^[a-z2-7]{16}$'),
       workspace_id integer not null references workspace,
       title text not null check (title <> ''),
       description text not null default '',
       state text not null check (state in ('draft', 'public', 'withdrawn', 'discarded')),
       prepared_by integer not null references person,
       prepared_at timestamptz not null,
       published_by integer references person,
       published_at timestamptz,
       withdrawn_by integer references person,
       withdrawn_at timestamptz,
       withdrawal_reason text,
       check (state = 'draft' or state = 'discarded' or published_at is not null),
       check ((withdrawn_at is not null) = (state = 'withdrawn')),
       check ((published_at is null) = (published_by is null)),
       check ((withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null) = (withdrawal_reason is null))
     )`,
    `create index publication_workspace on publication (workspace_id, id desc)`,
    `create table publication_file (
       publication_id integer not null references publication,
       release_file_id integer not null references release_file,
       primary key (publication_id, release_file_id)
     )`,
    appendOnly('release_approval'),
    appendOnly('publication_file'),
  ],
};
