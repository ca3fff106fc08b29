/// The tree editor: nodes, actions, history, schema, drag and drop, reactive views. It knows
/// neither tensors nor the web.
@NullMarked
package dev.tenon.designer;

import org.jspecify.annotations.NullMarked;
