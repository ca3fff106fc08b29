/// Diffusion models: noise schedules, the network that predicts noise, its training, and the
/// samplers that draw with it.
@NullMarked
package dev.tenon.diffusion;

import org.jspecify.annotations.NullMarked;
