package io.micropatterns.test.architecture.flawed.jdbc;

import io.micropatterns.test.architecture.HouseRules;
import io.micropatterns.test.architecture.flawed.Face;
import io.micropatterns.test.architecture.flawed.kafka.Sender;

public class Store {

    Face face;

    Sender sender;

    HouseRules foreign;
}
