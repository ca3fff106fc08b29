package dev.tenon.kernel.machine;

import java.util.ArrayList;
import java.util.List;

/// A place in the code that jumps lead to, before or after it is known.
final class Label {
    private static final int UNBOUND = -1;

    private int place = UNBOUND;
    private final List<Integer> jumps = new ArrayList<>(); // where distances wait to be filled in

    boolean isBound() {
        return place != UNBOUND;
    }

    int place() {
        return place;
    }

    void bind(int at) {
        if (isBound()) {
            throw new IllegalStateException("assembler: a label is bound once; it is at " + place);
        }
        place = at;
    }

    void waitAt(int at) {
        jumps.add(at);
    }

    List<Integer> jumps() {
        return jumps;
    }
}
