package io.micropatterns.documentation.given;

public final class Worker {

    private Worker() {}

    public static void main(String[] args) {}
}
