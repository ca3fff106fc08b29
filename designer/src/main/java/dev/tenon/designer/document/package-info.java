/// Designs as documents: Tenon's format with its versions, and those of the reference.
@NullMarked
package dev.tenon.designer.document;

import org.jspecify.annotations.NullMarked;
