/// The settings form: a panel's schema and the selected nodes give groups of fields with labels,
/// setters and values; an edit is an action.
@NullMarked
package dev.tenon.designer.settings;

import org.jspecify.annotations.NullMarked;
