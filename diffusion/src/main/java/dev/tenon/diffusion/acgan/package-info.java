/// The auxiliary-classifier GAN of Keras's example mnist_acgan: its networks, its training, what it
/// shows.
@NullMarked
package dev.tenon.diffusion.acgan;

import org.jspecify.annotations.NullMarked;
