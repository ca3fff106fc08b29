package dev.tenon.kernel.machine;

import java.util.ArrayList;
import java.util.List;

/// A formula that one pass over memory applies to every element: loads, arithmetic, stores, sums.
///
/// It is built from [Node]s and written as a loop of vectors by [PassCode]. So a chain of
/// operations, whatever its length, reads each operand once and writes each result once.
///
/// ```java
/// Pass pass = new Pass(isa);
/// Node x = pass.stream(Gpr.RSI);
/// pass.store(Gpr.RDI, x.mul(x).add(pass.constant(1)));
/// ```
final class Pass {
    /// What is done with a value at the end of its making.
    enum Sink {
        STORE,
        /// Stores past the caches.
        STORE_PAST,
        ADD,
        MAX,
        MIN,
        /// Adds the product of two values, formed in F64, to totals in F64.
        PRODUCT,
        /// Adds to an array of F64.
        ACCUMULATE,
        /// Stays in a register.
        KEEP
    }

    /// A node that is worked out, or a value that goes somewhere.
    sealed interface Step permits Work, End, Ahead {}

    record Work(Node node) implements Step {}

    /// @param factor the second value of a PRODUCT, for others the value itself
    /// @param pointer where a STORE or STORE_PAST goes and what ACCUMULATE adds to
    /// @param totals the registers that other sinks add to; unrolled copies take turns
    record End(Sink sink, Node value, Node factor, Gpr pointer, Vec[] totals) implements Step {}

    /// What lies `bytes` behind element i of the array at `pointer` is wanted soon.
    record Ahead(Gpr pointer, int bytes) implements Step {}

    private static final Vec[] NONE = {};

    private final Isa isa;
    private final List<Step> steps = new ArrayList<>();
    private final List<Node> constants = new ArrayList<>();
    private boolean streaming;

    Pass(Isa isa) {
        this.isa = isa;
    }

    Isa isa() {
        return isa;
    }

    List<Step> steps() {
        return steps;
    }

    /// Returns constants, tables and scalars, which are the same in every iteration.
    List<Node> constants() {
        return constants;
    }

    /// Drops what leads to no end: a slope, for one, that does not depend on its place.
    void prune() {
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i) instanceof Work work && work.node.uses == 0) {
                for (Node input : work.node.inputs) {
                    input.uses--;
                }
                steps.remove(i);
            }
        }
        constants.removeIf(constant -> constant.uses == 0);
    }

    boolean isStreaming() {
        return streaming;
    }

    /// Full vectors are stored past the caches: for results that are larger than the caches, in
    /// arrays that begin at a multiple of a vector's bytes.
    Pass streaming(boolean past) {
        streaming = past;
        return this;
    }

    Node add(Node node) {
        steps.add(new Work(node));
        return node;
    }

    /// Element i of the F32 array that `pointer` leads to.
    Node stream(Gpr pointer) {
        return stream(pointer, 0);
    }

    /// Element i of the F32 array that begins `displacement` bytes behind `pointer`.
    Node stream(Gpr pointer, int displacement) {
        return add(new Node(this, Node.Kind.STREAM, null, displacement, pointer, null));
    }

    /// What the routine around the pass keeps in `register`.
    Node pinned(Vec register) {
        return new Node(this, Node.Kind.PINNED, null, 0, null, register);
    }

    /// The F32 at `pointer + displacement`, in all lanes.
    Node scalar(Gpr pointer, int displacement) {
        Node node = new Node(this, Node.Kind.SCALAR, null, displacement, pointer, null);
        constants.add(node);
        return node;
    }

    /// `value` in all lanes.
    Node constant(float value) {
        return bits(Float.floatToRawIntBits(value));
    }

    /// `value` rounded to F32 in all lanes.
    Node constant(double value) {
        return constant((float) value);
    }

    /// The 32 bits `value` in all lanes.
    Node bits(int value) {
        for (Node known : constants) {
            if (known.kind == Node.Kind.CONSTANT && known.number == value) {
                return known;
            }
        }
        Node node = new Node(this, Node.Kind.CONSTANT, null, value, null, null);
        constants.add(node);
        return node;
    }

    /// Sixteen numbers, one to a lane.
    Node table(float[] numbers) {
        int place = ConstantPool.table(numbers);
        for (Node known : constants) {
            if (known.kind == Node.Kind.TABLE && known.number == place) {
                return known;
            }
        }
        Node node = new Node(this, Node.Kind.TABLE, null, place, null, null);
        constants.add(node);
        return node;
    }

    /// Writes `value` to element i of the array at `pointer`.
    void store(Gpr pointer, Node value) {
        end(Sink.STORE, value, pointer, NONE);
    }

    /// Writes `value` to element i of the array at `pointer`, past the caches as [#streaming] does.
    void storePast(Gpr pointer, Node value) {
        end(Sink.STORE_PAST, value, pointer, NONE);
    }

    /// Adds `value` to a total per lane.
    ///
    /// @param totals registers, which unrolled copies of the loop's body take in turn; their sum is
    ///   the total
    void addTo(Vec[] totals, Node value) {
        end(Sink.ADD, value, Gpr.RAX, totals);
    }

    /// Keeps the larger of `value` and a total per lane; NaN is passed over.
    void maxTo(Vec[] totals, Node value) {
        end(Sink.MAX, value, Gpr.RAX, totals);
    }

    /// Keeps the smaller of `value` and a total per lane; NaN is passed over.
    void minTo(Vec[] totals, Node value) {
        end(Sink.MIN, value, Gpr.RAX, totals);
    }

    /// Adds `a * b`, rounded nowhere but in the total, to totals in F64.
    ///
    /// @param totals an even number of registers: pairs take the two halves of a vector, and
    ///   unrolled copies of the loop's body take the pairs in turn
    void productTo(Vec[] totals, Node a, Node b) {
        a.uses++;
        b.uses++;
        steps.add(new End(Sink.PRODUCT, a, b, Gpr.RAX, totals));
    }

    /// Adds `value` to element i of the F64 array at `pointer`, which has room for whole vectors:
    /// what lies after the last element is written, too.
    void accumulate(Gpr pointer, Node value) {
        end(Sink.ACCUMULATE, value, pointer, NONE);
    }

    /// Leaves `value` in `register`: for formulas of a single vector, [PassCode#once].
    void keep(Vec register, Node value) {
        end(Sink.KEEP, value, Gpr.RAX, new Vec[] {register});
    }

    /// Asks for element i of the array at `pointer` to be brought to the caches; it need not exist.
    void ahead(Gpr pointer) {
        ahead(pointer, 0);
    }

    /// Asks for what lies `bytes` behind element i to be brought to the caches.
    void ahead(Gpr pointer, int bytes) {
        steps.add(new Ahead(pointer, bytes));
    }

    private void end(Sink sink, Node value, Gpr pointer, Vec[] totals) {
        value.uses++;
        steps.add(new End(sink, value, value, pointer, totals));
    }
}
