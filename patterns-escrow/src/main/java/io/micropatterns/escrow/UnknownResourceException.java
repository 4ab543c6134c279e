package io.micropatterns.escrow;

/** There is no such resource. */
public final class UnknownResourceException extends EscrowException {

    private static final long serialVersionUID = 1L;

    private final String resource;

    /** Of this name. */
    public UnknownResourceException(String resource) {
        super("There is no resource '" + resource + "'; EscrowResources.create makes one", null);
        this.resource = resource;
    }

    /** The name. */
    public String resource() {
        return resource;
    }
}
