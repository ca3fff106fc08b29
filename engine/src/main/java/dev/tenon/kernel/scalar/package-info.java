/// The definitions: plain loops in formula order with double accumulation, the oracle of every fast
/// kernel.
@NullMarked
package dev.tenon.kernel.scalar;

import org.jspecify.annotations.NullMarked;
