/// Points, rectangles and lines of a screen, and what a drag works out from them: distances, edges,
/// snapping, scrolling, and whether elements stand side by side.
@NullMarked
package dev.tenon.designer.geometry;

import org.jspecify.annotations.NullMarked;
