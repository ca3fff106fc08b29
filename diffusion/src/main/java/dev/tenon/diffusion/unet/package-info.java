/// The U-Net that estimates the noise in an image.
@NullMarked
package dev.tenon.diffusion.unet;

import org.jspecify.annotations.NullMarked;
