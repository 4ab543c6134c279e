package io.micropatterns.escrow;

/** There is not as much of a resource as was asked for; nothing was reserved. Has no stack trace, for it may be frequent. */
public final class InsufficientStockException extends EscrowException {

    private static final long serialVersionUID = 1L;

    private final String resource;
    private final long requested;
    private final long available;

    /** Of this resource. */
    public InsufficientStockException(String resource, long requested, long available) {
        super("Of '" + resource + "' " + requested + " were asked for, and " + available + " are available");
        this.resource = resource;
        this.requested = requested;
        this.available = available;
    }

    /** The resource. */
    public String resource() {
        return resource;
    }

    /** How much was asked for. */
    public long requested() {
        return requested;
    }

    /** How much there was when this was decided. */
    public long available() {
        return available;
    }
}
