/// The form components of a designer: what they are, where they may go, which settings they have,
/// what dropping one makes, and their words in three languages.
@NullMarked
package dev.tenon.designer.catalogue;

import org.jspecify.annotations.NullMarked;
