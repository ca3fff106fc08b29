/// Several people at one design: contributions that replicas exchange and that lead all of them to
/// the same tree.
@NullMarked
package dev.tenon.designer.collaboration;

import org.jspecify.annotations.NullMarked;
