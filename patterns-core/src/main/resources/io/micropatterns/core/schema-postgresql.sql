-- Tables that every pattern shares. Idempotent; PostgreSQL 14 and later.
-- Flyway and Liquibase users: take this script over and set patterns.core.schema.initialize=never.

create table if not exists patterns_dead_letter (
    id              uuid primary key,
    version         integer     not null default 0,
    source          text        not null,
    channel         text        not null,
    reference       text        not null,
    sequence        bigint      not null,
    key             text,
    destination     text        not null,
    type            text        not null,
    payload         bytea       not null,
    headers         json        not null,
    attempts        integer     not null check (attempts >= 0),
    status          text        not null check (status in ('RETRYING', 'WAITING', 'DEAD')),
    first_failed_at timestamptz not null,
    last_failed_at  timestamptz not null,
    next_attempt_at timestamptz,
    cause_type      text        not null,
    cause_message   text        not null,
    stack_trace     text        not null,
    unique (source, reference),
    check ((status = 'RETRYING') = (next_attempt_at is not null)),
    check (status <> 'WAITING' or key is not null)
);
-- The owner's look-ups: what is due in a channel, and whose turn it is within a key.
create index if not exists patterns_dead_letter_due
    on patterns_dead_letter (source, channel, sequence) where status = 'RETRYING';
create index if not exists patterns_dead_letter_key
    on patterns_dead_letter (source, channel, destination, key, sequence);
-- The operator's pages, newest first.
create index if not exists patterns_dead_letter_recent
    on patterns_dead_letter (last_failed_at desc, id desc);

create table if not exists patterns_inbox (
    consumer     text        not null,
    key          text        not null,
    outcome_type text,
    content_type text,
    outcome      bytea,
    created_at   timestamptz not null default statement_timestamp(),
    primary key (consumer, key)
);
create index if not exists patterns_inbox_created_at on patterns_inbox (created_at);

create table if not exists patterns_lease (
    name       text primary key,
    owner      text,
    token      bigint not null default 0,
    expires_at timestamptz
);

create table if not exists patterns_member (
    group_name text        not null,
    member     text        not null,
    expires_at timestamptz not null,
    -- Alive, and leaving its share to others: it has found that it cannot do the work.
    stepped_down boolean   not null default false,
    primary key (group_name, member)
);
