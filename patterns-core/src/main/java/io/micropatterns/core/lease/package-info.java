/**
 * Leases with fencing tokens: work that one node must own at a time, shared fairly among the live nodes and taken over
 * when one dies.
 */
@NullMarked
package io.micropatterns.core.lease;

import org.jspecify.annotations.NullMarked;
