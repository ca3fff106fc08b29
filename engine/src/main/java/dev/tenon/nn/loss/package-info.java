/// Losses: a prediction and a target to one number.
@NullMarked
package dev.tenon.nn.loss;

import org.jspecify.annotations.NullMarked;
