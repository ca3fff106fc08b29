/// The `tenon` command line: puts the modules together into programs a person starts.
@NullMarked
package dev.tenon.cli;

import org.jspecify.annotations.NullMarked;
