package io.micropatterns.documentation.given;

import java.util.List;

/** A repository. */
public interface Prices {

    List<Price> inTheOrderOf(List<String> skus);
}
