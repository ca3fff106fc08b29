package dev.tenon.designer.effect;

import dev.tenon.designer.driver.Input;
import dev.tenon.designer.driver.Input.Device;
import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.event.PointerTarget;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Someone who works with a designer's pointer, on a clock of its own.
final class Hand {
    private static final int POINTER = 1;

    private Instant now = Instant.EPOCH;
    private Designer designer;

    InstantSource clock() {
        return () -> now;
    }

    void takes(Designer designer) {
        this.designer = designer;
    }

    void down(double x, double y, PointerTarget target) {
        designer.feed(
                new Input.PointerDown(
                        POINTER,
                        Device.MOUSE,
                        0,
                        Position.at(x, y),
                        target,
                        Modifiers.NONE,
                        false));
        now = now.plus(Duration.ofSeconds(1));
    }

    void move(double x, double y, PointerTarget target) {
        designer.feed(new Input.PointerMove(POINTER, Position.at(x, y), target, Modifiers.NONE));
    }

    void up(double x, double y, PointerTarget target) {
        designer.feed(new Input.PointerUp(POINTER, Position.at(x, y), target, Modifiers.NONE));
    }

    void click(double x, double y, PointerTarget target) {
        down(x, y, target);
        up(x, y, target);
    }

    void drag(PointerTarget from, double x, double y, PointerTarget to, double toX, double toY) {
        down(x, y, from);
        move(toX, toY, to);
        up(toX, toY, to);
    }
}
