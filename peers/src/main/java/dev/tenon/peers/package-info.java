/// OpenBLAS and libtorch, as native libraries that JavaCPP brings, beside Tenon's kernels.
@NullMarked
package dev.tenon.peers;

import org.jspecify.annotations.NullMarked;
