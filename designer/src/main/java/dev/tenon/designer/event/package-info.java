/// What happens in a designer, told to whoever subscribed; a subscriber may veto what is about to.
@NullMarked
package dev.tenon.designer.event;

import org.jspecify.annotations.NullMarked;
