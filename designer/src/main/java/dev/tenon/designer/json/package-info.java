/// JSON as values: immutable, in the order of the text, equal by content.
@NullMarked
package dev.tenon.designer.json;

import org.jspecify.annotations.NullMarked;
