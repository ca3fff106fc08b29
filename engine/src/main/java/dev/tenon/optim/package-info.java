/// Optimizers: rules, learning rates, the options of Keras's base class, clipping and constraints;
/// configs as Keras writes them.
@NullMarked
package dev.tenon.optim;

import org.jspecify.annotations.NullMarked;
