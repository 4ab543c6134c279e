-- Escrow on PostgreSQL 14 or newer. Idempotent. Copy it into a Flyway or Liquibase migration to take it over, and set
-- patterns.escrow.schema.initialize=never.

-- What there is of each resource, split into stripes. Rows are updated often: half of each page is kept free for that.
create table if not exists patterns_escrow_stock (
    resource  text   not null,
    stripe    int    not null,
    stripes   int    not null,
    total     bigint not null,
    available bigint not null,
    held      bigint not null default 0,
    consumed  bigint not null default 0,
    -- The part of what was consumed whose reservations have been deleted since.
    archived  bigint not null default 0,
    primary key (resource, stripe),
    -- One for all, for each is prepared by every statement anew.
    constraint patterns_escrow_stock_adds_up check (
        available >= 0 and held >= 0 and archived >= 0 and consumed >= archived
        and available + held + consumed = total)
) with (fillfactor = 50);

-- A line for each resource of a reservation; line 0 stands for the whole in locks and look-ups, and has the request.
create table if not exists patterns_escrow_hold (
    reservation uuid        not null,
    line        smallint    not null,
    resource    text        not null,
    stripe      int         not null,
    quantity    bigint      not null,
    -- H: held, C: confirmed, R: released, E: expired.
    state       "char"      not null default 'H',
    confirmed   bigint      not null default 0,
    expires_at  timestamptz not null,
    request     text,
    primary key (reservation, line),
    constraint patterns_escrow_hold_quantities check (quantity > 0 and confirmed >= 0 and confirmed <= quantity)
);

create unique index if not exists patterns_escrow_hold_request on patterns_escrow_hold (request)
    where request is not null;
-- Not of all lines: then nothing but the key finds those of a reservation, whatever the planner thinks of how many are held.
create index if not exists patterns_escrow_hold_due on patterns_escrow_hold (expires_at)
    where state = 'H' and line = 0;
