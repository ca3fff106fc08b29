package dev.tenon.designer.expression;

/// What one evaluation may use: steps, memory, depth, time. Everything that an expression does is
/// charged here before it is done, so that there is nothing to interrupt.
final class Meter {
    static final long MOST_STEPS = 1_000_000;
    static final long MOST_BYTES = 16L << 20; // made in all, not held at once
    static final int DEEPEST = 800; // nodes and calls within each other
    static final long LONGEST = 1_000_000_000; // ns; steps end sooner, unless the machine is busy

    private final long began = System.nanoTime();
    private final long most;
    private final Budget budget;
    private long steps;
    private long bytes;
    private int depth;
    private long nextLook = 10_000;

    /// A meter of an evaluation that takes its steps out of `budget`.
    Meter(Budget budget) {
        this(MOST_STEPS, budget);
    }

    /// A meter of an evaluation that may take fewer steps than others: `most`.
    Meter(long most, Budget budget) {
        this.most = Math.min(most, MOST_STEPS);
        this.budget = budget;
    }

    /// Returns how many steps were taken.
    long taken() {
        return steps;
    }

    /// Charges `count` steps: one for a node, one for each element or character that is looked at.
    void steps(long count) {
        steps += count;
        budget.charge(count);
        if (steps > most) {
            throw Halt.bound("it takes more than " + most + " steps");
        }
        if (steps > nextLook) {
            nextLook = steps + 10_000;
            look();
        }
    }

    /// Charges a call of what the outside lent, whose work is not counted in steps.
    void outside() {
        steps(10);
        look();
    }

    /// Charges a look at what the outside lent.
    void lent() {
        steps(3);
    }

    private void look() {
        if (System.nanoTime() - began > LONGEST) {
            throw Halt.bound("it takes longer than " + LONGEST / 1_000_000 + " ms");
        }
    }

    /// Charges `count` bytes that are about to be made.
    void bytes(long count) {
        bytes += count;
        budget.make(count);
        if (bytes > MOST_BYTES) {
            throw Halt.bound("it makes more than " + (MOST_BYTES >> 20) + " MB of values");
        }
    }

    /// Charges a text of `length` characters, read and made.
    void text(long length) {
        steps(1 + length / 16);
        bytes(40 + 2 * length);
    }

    /// Charges a list or object of `size` elements.
    void elements(long size) {
        steps(1 + size);
        bytes(40 + 16 * size);
    }

    void descend() {
        if (++depth > DEEPEST) {
            throw Halt.bound("it calls or nests deeper than " + DEEPEST);
        }
    }

    void ascend() {
        depth--;
    }

    int depth() {
        return depth;
    }

    /// Goes back to a depth, after an exception has skipped the ascents.
    void ascendTo(int earlier) {
        depth = earlier;
    }
}
