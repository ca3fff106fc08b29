/// Data sets of labelled images, where they come from, and the order in which training sees them.
@NullMarked
package dev.tenon.data;

import org.jspecify.annotations.NullMarked;
