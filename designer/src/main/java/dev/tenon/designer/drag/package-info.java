/// Where a dragged node would go: boxes of nodes as a front end draws them, the closest node and
/// the side of it, the drop.
@NullMarked
package dev.tenon.designer.drag;

import org.jspecify.annotations.NullMarked;
