/// Activation layers: elementwise functions and softmax.
@NullMarked
package dev.tenon.nn.activation;

import org.jspecify.annotations.NullMarked;
