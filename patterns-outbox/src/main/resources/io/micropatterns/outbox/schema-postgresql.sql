-- The outbox on PostgreSQL 14 or newer. Idempotent. Copy it into a Flyway or Liquibase migration to take it over, and set
-- patterns.outbox.schema.initialize=never. Partitions by time are added and dropped by the library; rows land in the
-- default partition where it may not.
create sequence if not exists patterns_outbox_position_seq;

create table if not exists patterns_outbox (
    position   bigint      not null default nextval('patterns_outbox_position_seq'),
    xid        xid8        not null default pg_current_xact_id(),
    shard      smallint    not null,
    id         uuid        not null,
    type       text        not null,
    topic      text        not null,
    key        text,
    payload    bytea       not null,
    headers    text,
    created_at timestamptz not null default clock_timestamp()
) partition by range (created_at);

create table if not exists patterns_outbox_default partition of patterns_outbox default;

create index if not exists patterns_outbox_shard_xid on patterns_outbox (shard, xid, position);
create index if not exists patterns_outbox_shard_position on patterns_outbox (shard, position);

-- How far each shard has been published, by which holder of its lease, and what a restore made of it; and, where the
-- database's log is streamed, how far that has been.
create table if not exists patterns_outbox_shard (
    shard        smallint primary key,
    token        bigint not null default 0,
    cursor       text,
    rebased_from text,
    streamed     text,
    saved_at     timestamptz
);

-- Tells this outbox from every other one that publishes to the same stream, and whether an operator has paused it.
create table if not exists patterns_outbox_identity (
    singleton boolean primary key default true check (singleton),
    identity  uuid not null default gen_random_uuid(),
    name      text,
    paused    boolean not null default false
);
insert into patterns_outbox_identity default values on conflict do nothing;

-- The replication slot that this outbox is streamed by, if it is: what tells it from an earlier one of its name, and whether
-- events have been stored in the database's log alone; and how some of those were lost, until an operator accepts it.
create table if not exists patterns_outbox_slot (
    singleton  boolean primary key default true check (singleton),
    name       text,
    generation text,
    messages   boolean not null default false,
    loss       text
);
insert into patterns_outbox_slot default values on conflict do nothing;
