/// What components are: their behaviours, the rules that follow, resources, icons and languages, in
/// a registry that is a value.
@NullMarked
package dev.tenon.designer.behavior;

import org.jspecify.annotations.NullMarked;
