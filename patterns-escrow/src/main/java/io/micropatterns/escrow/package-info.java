/**
 * Escrow: quantities of contended resources are reserved for a while, and never more than there are.
 * {@link io.micropatterns.escrow.Escrow} is the face, {@link io.micropatterns.escrow.EscrowResources} the operator's.
 */
@NullMarked
package io.micropatterns.escrow;

import org.jspecify.annotations.NullMarked;
