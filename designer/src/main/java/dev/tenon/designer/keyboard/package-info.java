/// Keys: sequences of them, the shortcuts that they are for, and dragging without a pointer.
@NullMarked
package dev.tenon.designer.keyboard;

import org.jspecify.annotations.NullMarked;
