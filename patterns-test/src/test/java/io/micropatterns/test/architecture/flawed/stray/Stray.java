package io.micropatterns.test.architecture.flawed.stray;

class Stray {}
