package io.micropatterns.test.network;

import java.time.Duration;

/**
 * What a proxy does to its connections at the moment. Thread-safe.
 */
final class TcpFaults {

    private boolean halted;

    private Duration delay = Duration.ZERO;

    private long requestBytesLeft = Long.MAX_VALUE;

    private long answerBytesLeft = Long.MAX_VALUE;

    synchronized void halt() {
        halted = true;
    }

    synchronized void delay(Duration delay) {
        this.delay = delay;
    }

    synchronized Duration delay() {
        return delay;
    }

    synchronized void cutRequestsAfter(long bytes) {
        requestBytesLeft = bytes;
    }

    synchronized void cutAnswersAfter(long bytes) {
        answerBytesLeft = bytes;
    }

    synchronized void clear() {
        halted = false;
        delay = Duration.ZERO;
        requestBytesLeft = Long.MAX_VALUE;
        answerBytesLeft = Long.MAX_VALUE;
        notifyAll();
    }

    synchronized void awaitPassage() throws InterruptedException {
        while (halted) {
            wait();
        }
    }

    /**
     * Asks how many bytes may pass. Fewer than asked for means that the connection is to be reset after them, which
     * happens once.
     */
    synchronized int pass(boolean request, int bytes) {
        long left = request ? requestBytesLeft : answerBytesLeft;
        if (left == Long.MAX_VALUE) {
            return bytes;
        }
        boolean cut = left < bytes;
        long after = cut ? Long.MAX_VALUE : left - bytes;
        if (request) {
            requestBytesLeft = after;
        } else {
            answerBytesLeft = after;
        }
        return cut ? (int) left : bytes;
    }
}
