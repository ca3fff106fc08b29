/// Expressions of documents, evaluated in a sandbox: bounded steps, memory and depth, no way out.
@NullMarked
package dev.tenon.designer.expression;

import org.jspecify.annotations.NullMarked;
