/// Values that tell their readers: signals, what is computed from them, effects that follow them,
/// lists and maps that tell what has changed in them.
@NullMarked
package dev.tenon.designer.reactive;

import org.jspecify.annotations.NullMarked;
