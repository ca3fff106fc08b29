/// What a front end feeds in, and how it becomes events.
@NullMarked
package dev.tenon.designer.driver;

import org.jspecify.annotations.NullMarked;
