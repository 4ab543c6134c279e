package io.micropatterns.escrow;

/** There is such a resource already; nothing was changed. */
public final class ResourceExistsException extends EscrowException {

    private static final long serialVersionUID = 1L;

    private final String resource;

    /** Of this name. */
    public ResourceExistsException(String resource) {
        super("There is a resource '" + resource + "' already", null);
        this.resource = resource;
    }

    /** The name. */
    public String resource() {
        return resource;
    }
}
