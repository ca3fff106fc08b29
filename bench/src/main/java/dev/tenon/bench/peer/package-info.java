/// What a benchmark asks of other programs that it stands beside.
@NullMarked
package dev.tenon.bench.peer;

import org.jspecify.annotations.NullMarked;
