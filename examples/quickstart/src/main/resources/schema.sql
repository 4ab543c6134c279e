-- One block is one transaction: the lock makes instances that start at the same time wait for each other.
DO $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('micropatterns-quickstart'));

    CREATE TABLE IF NOT EXISTS orders (
        order_id    uuid        PRIMARY KEY,
        customer_id text        NOT NULL,
        sku         text        NOT NULL,
        quantity    integer     NOT NULL CHECK (quantity > 0),
        placed_at   timestamptz NOT NULL,
        version     bigint      NOT NULL
    );
    CREATE INDEX IF NOT EXISTS orders_placed_at ON orders (placed_at DESC);

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
END
$$
