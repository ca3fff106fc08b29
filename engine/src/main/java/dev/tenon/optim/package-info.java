/// Optimizers, learning-rate schedules and gradient clipping.
@NullMarked
package dev.tenon.optim;

import org.jspecify.annotations.NullMarked;
