/// Networks of others that tell handwritten digits apart.
@NullMarked
package dev.tenon.diffusion.mnist;

import org.jspecify.annotations.NullMarked;
