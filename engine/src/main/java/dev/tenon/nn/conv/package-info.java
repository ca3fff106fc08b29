/// Layers over images: convolutions, pooling and resampling.
@NullMarked
package dev.tenon.nn.conv;

import org.jspecify.annotations.NullMarked;
