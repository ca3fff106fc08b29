/// What can be done to a tree: actions, which check the rules and answer with another tree and the
/// difference, or with a reason.
@NullMarked
package dev.tenon.designer.action;

import org.jspecify.annotations.NullMarked;
