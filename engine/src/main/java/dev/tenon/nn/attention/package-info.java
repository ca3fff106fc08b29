/// Attention layers.
@NullMarked
package dev.tenon.nn.attention;

import org.jspecify.annotations.NullMarked;
