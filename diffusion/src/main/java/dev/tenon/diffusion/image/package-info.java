/// Pictures for people: grids as PNG and animated GIF.
@NullMarked
package dev.tenon.diffusion.image;

import org.jspecify.annotations.NullMarked;
