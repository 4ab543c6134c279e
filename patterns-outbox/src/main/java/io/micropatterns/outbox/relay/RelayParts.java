package io.micropatterns.outbox.relay;

import io.micropatterns.core.deadletter.DeadLetters;
import io.micropatterns.outbox.OutboxListener;
import io.micropatterns.outbox.OutboxLog;
import io.micropatterns.outbox.OutboxPublisher;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What the shards' relays share. */
record RelayParts(
        OutboxLog log,
        OutboxPublisher publisher,
        DeadLetters deadLetters,
        OutboxListener listener,
        RelayOptions options,
        Executor executor,
        StepDown stepDown,
        @Nullable CdcParts cdc) {}
