/// One interface per kernel family, the threads they run on, and the record that gathers a
/// backend's kernels.
@NullMarked
package dev.tenon.kernel;

import org.jspecify.annotations.NullMarked;
