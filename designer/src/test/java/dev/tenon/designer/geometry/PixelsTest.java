package dev.tenon.designer.geometry;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.event.ViewportEvent;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a front end reports that is no number of pixels is refused where it comes in.
final class PixelsTest {
    private static final double[] NONE = {
        Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e200
    };

    @Test
    void areRefusedAtTheEdge() {
        for (double none : NONE) {
            var viewport = new Viewport(Viewport.Kind.CANVAS);
            var rect = new Rect(0, none, 1, 1);
            assertRefused("position", none, () -> Position.at(0, none));
            assertRefused("viewport", none, () -> viewport.scroll(none, 0));
            assertRefused("viewport", none, () -> viewport.bounds(rect));
            assertRefused("viewport: \"a\"", none, () -> viewport.place("a", List.of(rect), null));
            assertRefused(
                    "viewport",
                    none,
                    () -> new ViewportEvent.ViewportScroll(Area.CANVAS, 0, 0, none, 1));
            assertRefused(
                    "viewport",
                    none,
                    () -> new ViewportEvent.ViewportResize(Area.CANVAS, none, 0, 1, 1));
            assertRefused("viewport", none, () -> new Input.Scroll(Area.CANVAS, none, 0, 1, 1));
            assertRefused("viewport", none, () -> new Input.Resize(Area.CANVAS, 0, 0, 1, none));
        }
    }

    private static void assertRefused(String what, double none, Runnable reporting) {
        assertThatThrownBy(reporting::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(what + ": pixels must be from -1e100 to 1e100; got " + none);
    }
}
