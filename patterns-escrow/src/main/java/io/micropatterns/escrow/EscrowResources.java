package io.micropatterns.escrow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Resources, as those who stock them see them. Each method joins the caller's transaction when there is one; what is refused leaves it as it is. A name has
 * {@value EscrowLimits#MAX_CHARACTERS} characters at most, no NUL among them, and is not blank; others are an {@link IllegalArgumentException}.
 * Thread-safe.
 */
public interface EscrowResources {

    /**
     * Those of several databases, as {@link Escrow#sharded} divides them. To {@link #verify} it is a discrepancy when
     * something is available on a shard which is not its resource's.
     *
     * @param shards by their numbers, the same as the escrow's
     */
    static EscrowResources sharded(Map<Integer, ? extends EscrowResources> shards) {
        return new ShardedEscrowResources(shards);
    }

    /**
     * Makes a resource in a single stripe.
     *
     * @throws ResourceExistsException when it exists
     */
    default Resource create(String name, long total) {
        return create(name, total, 1);
    }

    /**
     * Makes a resource.
     *
     * @param stripes how many rows it is kept in: one, unless several instances of the application reserve so much of it that they
     *     wait for each other's commits; from 1 to {@value EscrowLimits#MAX_STRIPES}
     * @throws ResourceExistsException when it exists
     */
    Resource create(String name, long total, int stripes);

    /**
     * Adds to what is available.
     *
     * @param quantity more than zero
     * @throws UnknownResourceException when there is no such resource
     * @throws IllegalArgumentException when its total would be larger than {@link Long#MAX_VALUE}
     */
    Resource topUp(String name, long quantity);

    /**
     * Takes away of what is available, all of the quantity or nothing; never of what is held.
     *
     * @param quantity more than zero
     * @throws UnknownResourceException when there is no such resource
     * @throws InsufficientStockException when less is available
     */
    Resource reduce(String name, long quantity);

    /** A resource. One query. */
    Optional<Resource> find(String name);

    /** All resources by name. One query. */
    List<Resource> findAll();

    /**
     * Resources page by page, by the bytes of their names in UTF-8. One query, which looks at all names.
     *
     * @param prefix what their names begin with; empty for all
     * @param after the name of the last one of the page before; none for the first page
     * @param limit the most resources, from 1
     */
    List<Resource> findAll(String prefix, @Nullable String after, int limit);

    /**
     * Compares each resource with its reservations, and the lines of each reservation with each other. Reads all of them, as of one moment; the database need not be idle.
     *
     * @return what does not agree; empty when all is well
     */
    List<Discrepancy> verify();

    /**
     * What does not agree.
     *
     * @param resource the resource
     * @param stripe which of its stripes
     * @param what in words, with the figures
     */
    record Discrepancy(String resource, int stripe, String what) {}
}
