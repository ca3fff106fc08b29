/// CSS values as the setters of a settings form take them apart: each reader answers null for text
/// that it can't take apart, which then is edited, and stays, as it is.
@NullMarked
package dev.tenon.designer.settings.css;

import org.jspecify.annotations.NullMarked;
