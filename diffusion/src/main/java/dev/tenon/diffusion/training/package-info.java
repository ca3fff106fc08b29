/// Training of diffusion models and of the classifier that judges their images.
@NullMarked
package dev.tenon.diffusion.training;

import org.jspecify.annotations.NullMarked;
