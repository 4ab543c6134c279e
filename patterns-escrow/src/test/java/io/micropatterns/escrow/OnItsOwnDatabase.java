package io.micropatterns.escrow;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests that each have a database of their own, for they look at all that is in it. */
@SuppressWarnings("NullAway.Init")
abstract class OnItsOwnDatabase {

    EscrowDatabase database;
    EscrowResources resources;
    Escrow escrow;

    @BeforeEach
    final void startDatabase() {
        database = new EscrowDatabase();
        resources = database.resources();
        escrow = Escrow.builder(database.store(1)).build();
    }

    @AfterEach
    final void stopDatabase() {
        escrow.close();
        database.close();
    }
}
