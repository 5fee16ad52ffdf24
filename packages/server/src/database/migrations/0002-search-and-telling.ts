import type { Migration } from '@vitrine/platform';

/** Lists and searches that stay quick with many job requests, and what telling people of finished ones needs. */
export const searchAndTelling: Migration = {
  name: '0002-search-and-telling',
  statements: [
    `create index job_request_workspace_number on job_request (workspace_id, number desc)`,
    `create index job_request_backend_status on job_request (backend_id, status, number desc)`,
    `create index job_request_actions on job_request using gin (requested_actions)`,
    `drop index job_history`,
    // With the state in it the newest job that counts is found without reading the jobs themselves.
    `create index job_history on job (workspace_id, backend_id, action, id desc) include (status_code)`,
    // Whole and in order, so that the queue is read from it alone.
    `drop index job_ready`,
    `create index job_ready on job (backend_id, needs_database, workspace_id, ready_at, id)
       where state = 'pending' and ready_at is not null and not holds_slot`,
    // Every name that was ever asked for: a search for part of one looks here, not at every job request.
    `create table action_name (name text primary key)`,
    `insert into action_name (name) select distinct unnest(requested_actions) from job_request`,
    `alter table job_request add column warning text`,
    `alter table person add column wants_email boolean not null default true`,
    `create table webhook (
       id integer generated always as identity primary key,
       person_id integer not null references person,
       workspace_id integer references workspace,
       url text not null check (url <> ''),
       secret text not null check (secret <> ''),
       created_at timestamptz not null,
       ended_at timestamptz
     )`,
    `create index webhook_person on webhook (person_id) where ended_at is null`,
    `create index webhook_workspace on webhook (workspace_id) where ended_at is null`,
    `alter table outgoing_message add column webhook_id integer references webhook`,
    `alter table outgoing_message add column given_up_at timestamptz`,
    `drop index outgoing_message_due`,
    `create index outgoing_message_due on outgoing_message (next_attempt_at) where next_attempt_at is not null`,
    `create index outgoing_message_given_up on outgoing_message (given_up_at) where given_up_at is not null`,
  ],
};
