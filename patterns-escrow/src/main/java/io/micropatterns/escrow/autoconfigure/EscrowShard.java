package io.micropatterns.escrow.autoconfigure;

import io.micropatterns.escrow.Escrow;
import io.micropatterns.escrow.jdbc.JdbcEscrowMonitor;
import io.micropatterns.escrow.jdbc.JdbcEscrowResources;
import io.micropatterns.escrow.jdbc.JdbcEscrowStore;
import io.micropatterns.escrow.jdbc.ReservationExpiry;

/** One of several databases that resources are divided among. */
record EscrowShard(
        Escrow escrow,
        JdbcEscrowStore store,
        JdbcEscrowResources resources,
        JdbcEscrowMonitor monitor,
        ReservationExpiry expiry) {}
