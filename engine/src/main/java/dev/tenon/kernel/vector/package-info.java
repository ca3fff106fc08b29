/// Kernels on the Vector API (jdk.incubator.vector), the portable fast path.
@NullMarked
package dev.tenon.kernel.vector;

import org.jspecify.annotations.NullMarked;
