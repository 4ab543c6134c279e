package io.micropatterns.test.architecture.flawed.kafka;

public class Sender {}
