/// Trees as values: nodes, the tree with its index, single edits and their inverses.
@NullMarked
package dev.tenon.designer.tree;

import org.jspecify.annotations.NullMarked;
