package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// One call of one kernel with all it reads and writes, which any backend can be asked to make and
/// whose result is compared with the definition's.
///
/// Operands are added in order and are found by their number in the segments that the call gets.
final class Call {
    private static final Kernels DEFINITION = ScalarKernels.create();

    /// What elements hold before a kernel writes them: a number, so that one that is forgotten
    /// differs also from NaN.
    static final byte UNWRITTEN = (byte) 0xFB;

    /// Runs the kernel on the operands' segments.
    @FunctionalInterface
    interface Action {
        void run(Kernels kernels, MemorySegment[] segments);
    }

    /// @param content what the operand holds before the call
    /// @param written whether the call may change it
    private record Operand(String name, DType type, MemorySegment content, boolean written) {
        long count() {
            return content.byteSize() / type.bytes();
        }
    }

    private String what;
    private final List<Operand> operands = new ArrayList<>();
    private final List<@Nullable IntFunction<Enclosure>> bounds = new ArrayList<>(); // null: exact
    private Action action = (kernels, segments) -> {};
    private final Set<Integer> scratch = new HashSet<>();
    private double share;
    private long compared;
    private long unbounded;

    /// @param what kernel, type, sizes and settings, for messages
    Call(String what) {
        this.what = what;
    }

    /// Adds an operand that is only read, and returns its number.
    int input(String name, DType type, MemorySegment content) {
        return add(new Operand(name, type, content.asReadOnly(), false));
    }

    /// Adds an operand that is written, and returns its number.
    int output(String name, DType type, long count) {
        MemorySegment content = Arena.ofAuto().allocate(Math.max(1, type.bytes(count)), 8);
        content.fill(UNWRITTEN);
        return add(new Operand(name, type, content.asSlice(0, type.bytes(count)), true));
    }

    /// Adds room that each kernel fills as it likes, and returns its number.
    int scratch(String name, long bytes) {
        int operand = output(name, DType.U8, bytes);
        scratch.add(operand);
        return operand;
    }

    /// Adds an operand that is read and written, and returns its number.
    int changed(String name, DType type, MemorySegment content) {
        return add(new Operand(name, type, content.asReadOnly(), true));
    }

    private int add(Operand operand) {
        operands.add(operand);
        bounds.add(null);
        return operands.size() - 1;
    }

    Call does(Action kernel) {
        action = kernel;
        return this;
    }

    /// Says where each element of an operand must lie; of those without a bound the bits must be
    /// the definition's, NaN being any NaN.
    Call within(int operand, IntFunction<Enclosure> bound) {
        bounds.set(operand, bound);
        return this;
    }

    /// Names the call anew.
    Call named(String name) {
        what = name;
        return this;
    }

    /// Returns where element `i` of an operand must lie.
    Enclosure bound(int operand, int i) {
        return Objects.requireNonNull(bounds.get(operand), what).apply(i);
    }

    /// A call whose operands are all of one type, which it is told.
    @FunctionalInterface
    interface Typed {
        void run(Kernels kernels, MemorySegment[] segments, DType type);
    }

    /// Runs a kernel whose results are sums of up to `terms` products of operands. They are
    /// compared with the sums that the definition makes of the same numbers in F64; the terms'
    /// sizes are what it makes of their absolute values.
    Call linear(DType type, long terms, Typed kernel) {
        action = (kernels, segments) -> kernel.run(kernels, segments, type);
        MemorySegment[][] wide = new MemorySegment[2][];
        for (int i = 0; i < operands.size(); i++) {
            int operand = i;
            if (operands.get(i).written && operands.get(i).type == type) {
                within(
                        i,
                        e -> {
                            if (wide[0] == null) {
                                wide[0] = widened(kernel, false);
                                wide[1] = widened(kernel, true);
                            }
                            double sum = DType.F64.read(wide[0][operand], e);
                            double sizes = DType.F64.read(wide[1][operand], e);
                            boolean overflows = Double.isInfinite(sizes) && isFinite();
                            return overflows
                                    ? Enclosure.any(type)
                                    : Enclosure.sum(type, sum, sizes, terms, 0);
                        });
            }
        }
        return this;
    }

    /// Returns what the definition makes of the operands, or of their absolute values, as F64.
    private MemorySegment[] widened(Typed kernel, boolean absolute) {
        MemorySegment[] wide = new MemorySegment[operands.size()];
        for (int i = 0; i < wide.length; i++) {
            Operand from = operands.get(i);
            if (!from.type.isFloating()) {
                wide[i] = copy(from.content);
                continue;
            }
            wide[i] = Arena.ofAuto().allocate(Math.max(1, 8 * from.count()), 8);
            for (long e = 0; e < from.count(); e++) {
                double value = from.type.read(from.content, e);
                DType.F64.write(wide[i], e, absolute ? Math.abs(value) : value);
            }
        }
        kernel.run(DEFINITION, wide, DType.F64);
        return wide;
    }

    /// Says whether all that is read is finite.
    private boolean isFinite() {
        for (Operand operand : operands) {
            for (long e = 0; operand.type.isFloating() && e < operand.count(); e++) {
                if (!Double.isFinite(operand.type.read(operand.content, e))) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Returns the largest share of its bound that a result used, of those that were compared.
    double share() {
        return share;
    }

    /// Returns the results that were compared and did not have the definition's bits.
    long compared() {
        return compared;
    }

    /// Returns how many of them could have been anything, because the type cannot hold what leads
    /// to them.
    long unbounded() {
        return unbounded;
    }

    /// Makes the call with `kernels`, the operands lying as `placement` says, and returns them.
    MemorySegment[] run(Kernels kernels, Placement placement) {
        MemorySegment[] segments = new MemorySegment[operands.size()];
        for (int i = 0; i < segments.length; i++) {
            Operand operand = operands.get(i);
            segments[i] = placement.place(operand.content, operand.written);
        }
        action.run(kernels, segments);
        placement.check(what);
        for (int i = 0; i < segments.length; i++) {
            if (!operands.get(i).written) {
                assertThat(segments[i].mismatch(operands.get(i).content))
                        .as("%s: %s is only read", what, operands.get(i).name)
                        .isEqualTo(-1);
            }
        }
        return segments;
    }

    /// Returns what the definition makes of the operands.
    MemorySegment[] expected() {
        return run(DEFINITION, (content, written) -> copy(content));
    }

    /// Checks what a backend made of the operands.
    void compare(MemorySegment[] actual, MemorySegment[] expected) {
        for (int i = 0; i < actual.length; i++) {
            if (operands.get(i).written && !scratch.contains(i)) {
                compare(i, actual[i], expected[i]);
            }
        }
    }

    /// Checks that two runs wrote the same bytes; where one NaN is, another may be, because
    /// compiled and interpreted code keep different ones.
    void sameBytes(MemorySegment[] two, MemorySegment[] one) {
        for (int i = 0; i < two.length; i++) {
            Operand operand = operands.get(i);
            long first = two[i].mismatch(one[i]);
            long count = first < 0 ? 0 : operand.count();
            for (long e = Math.max(0, first) / operand.type.bytes(); e < count; e++) {
                double a = operand.type.read(two[i], e);
                double b = operand.type.read(one[i], e);
                boolean equal = same(two[i], one[i], operand.type, e);
                if (!equal && !(Double.isNaN(a) && Double.isNaN(b))) {
                    throw new AssertionError(
                            what
                                    + ", "
                                    + operand.name
                                    + "["
                                    + e
                                    + "]: "
                                    + a
                                    + " with two threads, "
                                    + b
                                    + " with one");
                }
            }
        }
    }

    private void compare(int number, MemorySegment actual, MemorySegment expected) {
        if (actual.mismatch(expected) == -1) {
            return;
        }
        Operand operand = operands.get(number);
        DType type = operand.type;
        MemorySegment before = operand.content;
        for (int i = 0; i < operand.count(); i++) {
            if (same(actual, expected, type, i)) {
                continue;
            }
            String where = what + ", " + operand.name + "[" + i + "]";
            double is = type.read(actual, i);
            double wanted = type.read(expected, i);
            if (unwritten(expected, type, i) && unwritten(before, type, i)) {
                throw new AssertionError(where + ": " + is + ", but it is not to be written");
            }
            IntFunction<Enclosure> bound = bounds.get(number);
            if (bound == null) {
                if (!(Double.isNaN(is) && Double.isNaN(wanted))) {
                    throw new AssertionError(where + ": " + is + ", expected exactly " + wanted);
                }
                continue;
            }
            Enclosure allowed = bound.apply(i);
            compared++;
            unbounded += allowed.isUnbounded() ? 1 : 0;
            if (!allowed.holds(wanted)) {
                throw new AssertionError(
                        where + ": the definition's " + wanted + " must be " + allowed);
            }
            if (!allowed.holds(is)) {
                throw new AssertionError(
                        where + ": " + is + ", expected " + wanted + ", " + allowed);
            }
            share = Math.max(share, allowed.share(is));
        }
    }

    private static boolean same(MemorySegment a, MemorySegment b, DType type, long i) {
        for (long at = type.bytes(i); at < type.bytes(i + 1); at++) {
            if (a.get(ValueLayout.JAVA_BYTE, at) != b.get(ValueLayout.JAVA_BYTE, at)) {
                return false;
            }
        }
        return true;
    }

    private static boolean unwritten(MemorySegment data, DType type, long i) {
        for (long at = type.bytes(i); at < type.bytes(i + 1); at++) {
            if (data.get(ValueLayout.JAVA_BYTE, at) != UNWRITTEN) {
                return false;
            }
        }
        return true;
    }

    static MemorySegment copy(MemorySegment content) {
        return Arena.ofAuto()
                .allocate(Math.max(1, content.byteSize()), 64)
                .asSlice(0, content.byteSize())
                .copyFrom(content);
    }

    @Override
    public String toString() {
        return what;
    }
}
