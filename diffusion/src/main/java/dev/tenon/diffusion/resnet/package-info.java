/// Residual networks that tell the class of a small image.
@NullMarked
package dev.tenon.diffusion.resnet;

import org.jspecify.annotations.NullMarked;
