package io.micropatterns.core.lease;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** The statements behind leases; expiry is by the database's clock alone. */
interface LeaseStore {

    /** Takes a lease that is free or expired; answers its new token, which is larger than each before. */
    OptionalLong acquire(String name, String owner, Duration timeToLive);

    /** Extends the owner's unexpired leases; answers those that are still its own. */
    Set<String> renew(Collection<String> names, String owner, Duration timeToLive);

    /** Gives a lease back, if the token is still the current one. */
    void release(String name, String owner, long token);

    /** Which of these leases nobody holds. */
    List<String> free(Collection<String> names);

    /**
     * Announces a member of a group and answers how many of the group's leases are its share. The shares of all members
     * add up to the number of leases; where it cannot be divided, those who hold more already have the larger ones. Those
     * who have stepped down have none, unless all have.
     */
    int join(String group, String member, boolean steppedDown, Duration timeToLive, Collection<String> names);

    /** Takes a member out of its group. */
    void leave(String group, String member);

    /** Who holds what: the unexpired leases among these. */
    List<LeaseOwner> owners(Collection<String> names);
}
