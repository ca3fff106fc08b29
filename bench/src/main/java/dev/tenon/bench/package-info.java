/// The `tenon bench` command line: whole-program and kernel benchmarks. Nothing depends on this
/// module.
@NullMarked
package dev.tenon.bench;

import org.jspecify.annotations.NullMarked;
