package io.micropatterns.outbox.cdc;

/** Transaction ids, of which parts of PostgreSQL give the low 32 bits only. */
public final class TransactionIds {

    private static final long LOW = 0xFFFFFFFFL;

    private TransactionIds() {}

    /**
     * The id nearest to another one that ends in these 32 bits.
     *
     * @param low whose low 32 bits count
     * @param near less than two billion transactions away
     */
    public static long complete(long low, long near) {
        long id = (near & ~LOW) | (low & LOW);
        if (id - near > LOW / 2) {
            return id - LOW - 1;
        }
        return near - id > LOW / 2 ? id + LOW + 1 : id;
    }
}
