/** Ways of making batches of concurrent calls, and what is measured of them: by JMH without a database, and of inserts. */
@NullMarked
package io.micropatterns.benchmarks.batch;

import org.jspecify.annotations.NullMarked;
