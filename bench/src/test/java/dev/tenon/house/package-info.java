/// Tests about Tenon as a whole: the sentences of its modules, its names, its sources, its map and
/// its launcher.
@NullMarked
package dev.tenon.house;

import org.jspecify.annotations.NullMarked;
