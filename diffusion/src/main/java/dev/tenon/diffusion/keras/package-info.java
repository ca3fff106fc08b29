/// Keras's saved models as layers: the configuration that a file carries, with its weights.
@NullMarked
package dev.tenon.diffusion.keras;

import org.jspecify.annotations.NullMarked;
