/// Element types: how a number is laid out in bytes.
@NullMarked
package dev.tenon.dtype;

import org.jspecify.annotations.NullMarked;
