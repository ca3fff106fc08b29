/// Normalization layers.
@NullMarked
package dev.tenon.nn.norm;

import org.jspecify.annotations.NullMarked;
