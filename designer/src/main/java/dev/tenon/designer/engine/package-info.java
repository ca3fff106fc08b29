/// A designer at work: what is open, what is selected, what was done.
@NullMarked
package dev.tenon.designer.engine;

import org.jspecify.annotations.NullMarked;
