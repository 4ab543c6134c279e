-- One block is one transaction: the lock makes instances that start at the same time wait for each other.
DO $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('micropatterns-quickstart'));

    CREATE TABLE IF NOT EXISTS orders (
        order_id       uuid        PRIMARY KEY,
        customer_id    text        NOT NULL,
        sku            text        NOT NULL,
        quantity       integer     NOT NULL CHECK (quantity > 0),
        placed_at      timestamptz NOT NULL,
        reservation_id uuid        NOT NULL,
        held_until     timestamptz NOT NULL,
        paid_at        timestamptz,
        version        bigint      NOT NULL
    );
    CREATE INDEX IF NOT EXISTS orders_placed_at ON orders (placed_at DESC);
    -- For a database from before there was stock: the orders in it hold nothing.
    ALTER TABLE orders
        ADD COLUMN IF NOT EXISTS reservation_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        ADD COLUMN IF NOT EXISTS held_until timestamptz NOT NULL DEFAULT 'epoch',
        ADD COLUMN IF NOT EXISTS paid_at timestamptz;

    CREATE TABLE IF NOT EXISTS order_summaries (
        order_id      uuid        PRIMARY KEY,
        customer_id   text        NOT NULL,
        sku           text        NOT NULL,
        quantity      integer     NOT NULL,
        placed_at     timestamptz NOT NULL,
        consumed_at   timestamptz NOT NULL,
        times_applied integer     NOT NULL
    );
    CREATE INDEX IF NOT EXISTS order_summaries_customer ON order_summaries (customer_id, placed_at DESC);

    CREATE TABLE IF NOT EXISTS drills (
        sku           text        PRIMARY KEY,
        buyers        integer     NOT NULL,
        started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
        -- What has come of it; null until it has ended.
        took_millis   bigint,
        refused       integer,
        failed        integer,
        discrepancies integer
    );
END
$$
