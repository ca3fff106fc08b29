/// Layers: records whose components are parameters, running statistics, children and settings, so
/// that names, checkpoint paths, printing and settings forms come from one place.
@NullMarked
package dev.tenon.nn;

import org.jspecify.annotations.NullMarked;
