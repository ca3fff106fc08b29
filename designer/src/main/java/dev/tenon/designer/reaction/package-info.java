/// A form in preview: fields with states, and the reactions (`x-reactions`) that tie them together.
@NullMarked
package dev.tenon.designer.reaction;

import org.jspecify.annotations.NullMarked;
