/// Formily's JSON Schema as a tree and back, without loss.
@NullMarked
package dev.tenon.designer.schema;

import org.jspecify.annotations.NullMarked;
