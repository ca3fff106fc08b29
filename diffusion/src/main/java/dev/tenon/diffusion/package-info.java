/// Diffusion models: noise schedules, samplers, guidance and the generation of images.
@NullMarked
package dev.tenon.diffusion;

import org.jspecify.annotations.NullMarked;
