package io.micropatterns.outbox.relay;

import io.micropatterns.outbox.cdc.ChangeSource;
import io.micropatterns.outbox.cdc.SlotKeeper;

/** What streaming the database's log takes. */
record CdcParts(ChangeSource source, SlotKeeper keeper) {}
