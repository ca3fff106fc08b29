/// What a designer does about events: selecting, dragging, resizing, scrolling, typing.
@NullMarked
package dev.tenon.designer.effect;

import org.jspecify.annotations.NullMarked;
