/// Tensors, their layouts and memory, the operations on them and reverse-mode automatic
/// differentiation.
@NullMarked
package dev.tenon.tensor;

import org.jspecify.annotations.NullMarked;
