/// Checkpoints: named tensors with a few words about them, read from and written to files, and the
/// atomic writing of any file.
@NullMarked
package dev.tenon.checkpoint;

import org.jspecify.annotations.NullMarked;
