package io.micropatterns.escrow.jdbc;

/** The contract on PostgreSQL where changes are published, which other statements make. */
class PublishingEscrowStoreTests extends JdbcEscrowStoreTests {

    @Override
    protected JdbcEscrowStore newStore() {
        return super.newStore().publishing(events -> {}, transaction());
    }
}
