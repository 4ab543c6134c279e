package io.micropatterns.test.kafka;

/** A server whose processes are not this JVM's to kill or pause. */
interface UnkillableKafkaServer extends KafkaServer {

    /** Says what cannot be done, and which server could. */
    UnsupportedOperationException unsupported(String what);

    @Override
    default void stopHard() {
        throw unsupported("killed");
    }

    @Override
    default void pause() {
        throw unsupported("paused");
    }

    @Override
    default void resume() {
        throw unsupported("resumed");
    }
}
