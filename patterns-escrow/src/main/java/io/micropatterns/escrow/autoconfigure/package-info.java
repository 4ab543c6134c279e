/** Spring Boot's auto-configuration of the escrow. */
@NullMarked
package io.micropatterns.escrow.autoconfigure;

import org.jspecify.annotations.NullMarked;
