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
import java.util.Set;
import java.util.function.IntToDoubleFunction;

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

    private final String what;
    private final List<Operand> operands = new ArrayList<>();
    private final List<IntToDoubleFunction> scales = new ArrayList<>();
    private final List<DType> closeness = new ArrayList<>(); // null asks for the same bits
    private Action action = (kernels, segments) -> {};
    private final Set<Integer> scratch = new HashSet<>();
    private boolean overflows;
    private int onlyFinite = -1;

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
        scales.add(i -> 1);
        closeness.add(operand.type);
        return operands.size() - 1;
    }

    Call does(Action kernel) {
        action = kernel;
        return this;
    }

    /// Says that an operand's bits must be the definition's; NaN may be any NaN.
    Call exact(int operand) {
        closeness.set(operand, null);
        return this;
    }

    /// Says how large the terms behind each element of an operand are; infinite where numbers of
    /// its type overflow on the way to a finite result.
    Call scale(int operand, IntToDoubleFunction scale) {
        scales.set(operand, scale);
        return this;
    }

    /// Adds `more` to the size of the terms behind each element of an operand.
    Call widen(int operand, double more) {
        IntToDoubleFunction before = scales.get(operand);
        return scale(operand, i -> before.applyAsDouble(i) + more);
    }

    /// Says that an operand is as close as numbers of `type` are, whatever it is stored as.
    Call closeAs(int operand, DType type) {
        closeness.set(operand, type);
        return this;
    }

    /// Says that intermediate results may overflow: a result that is not finite need not be the
    /// same one.
    Call overflows(boolean may) {
        overflows = may;
        return this;
    }

    /// Says that an operand's elements are not looked at where the definition's are not finite.
    Call finite(int operand) {
        onlyFinite = operand;
        return this;
    }

    /// Says that results are sums of up to `terms` products of operands: the terms' size is then
    /// what the definition makes of the operands' absolute values.
    Call linear(long terms) {
        MemorySegment[] sizes = new MemorySegment[operands.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = copy(operands.get(i).content);
            Operand operand = operands.get(i);
            for (long e = 0; operand.type.isFloating() && e < operand.count(); e++) {
                operand.type.write(sizes[i], e, Math.abs(operand.type.read(sizes[i], e)));
            }
        }
        action.run(DEFINITION, sizes);
        double grown = Math.max(1, Math.sqrt(terms) / 16);
        for (int i = 0; i < sizes.length; i++) {
            DType type = operands.get(i).type;
            MemorySegment size = sizes[i];
            scale(i, e -> Math.abs(type.read(size, e)) * grown);
        }
        return this;
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
            // a few of the least numbers: denormals are rounded as coarsely as they lie
            double least = type == DType.F64 ? 1e-307 : 1e-38;
            double scale = Math.max(least, scales.get(number).applyAsDouble(i));
            DType close = closeness.get(number);
            if (close == null) {
                if (!(Double.isNaN(is) && Double.isNaN(wanted))) {
                    throw new AssertionError(where + ": " + is + ", expected exactly " + wanted);
                }
            } else if (!(number == onlyFinite && !Double.isFinite(wanted))
                    && !excused(is, wanted, scale)) {
                Tolerances.assertClose(is, wanted, scale, close, where);
            }
        }
    }

    /// Says whether a difference comes from an overflow on the way.
    private boolean excused(double actual, double expected, double scale) {
        if (Double.isFinite(expected)) {
            return Double.isInfinite(scale);
        }
        return overflows && !Double.isFinite(actual);
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
