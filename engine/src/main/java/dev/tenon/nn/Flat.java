package dev.tenon.nn;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a component of a layer whose name adds nothing to paths: the elements of a list are then
/// `0`, `1`, ... instead of `layers.0`, `layers.1`, as in PyTorch's `Sequential`.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Flat {}
