package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Draw.Lie;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Calls of the family Elementwise: each function, its derivative, each operator, `where`, `copy`.
final class ElementwiseFuzz implements FuzzFamily {
    private static final UnaryOp[] UNARY = UnaryOp.values();
    private static final BinaryOp[] BINARY = BinaryOp.values();

    @Override
    public int kernels() {
        return 2 * UNARY.length + BINARY.length + 2;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        if (kernel < UNARY.length) {
            return unary(d, UNARY[kernel]);
        } else if (kernel < 2 * UNARY.length) {
            return gradient(d, UNARY[kernel - UNARY.length]);
        } else if (kernel < 2 * UNARY.length + BINARY.length) {
            return binary(d, BINARY[kernel - 2 * UNARY.length]);
        }
        return kernel == kernels() - 1 ? copy(d) : where(d);
    }

    private static double first(Draw d, UnaryOp op) {
        return switch (op) {
            case POW -> d.one(2.0, 3.0, -1.0, 0.5, 0.0, 1.7);
            case CLAMP -> d.between(-2, 0);
            default -> d.one(0.3, -1.5, 1.0, 0.0);
        };
    }

    private static Call unary(Draw d, UnaryOp op) {
        DType type = d.type();
        int count = d.count();
        double a = first(d, op);
        double b = d.between(0, 2);
        Values values = d.values();
        Call call = new Call("unary " + op + "(" + a + ", " + b + ") " + type + " of " + count);
        MemorySegment data = d.data(count, type, values);
        boolean inPlace = d.oneIn(4);
        int y = inPlace ? call.changed("x", type, data) : call.output("y", type, count);
        int x = inPlace ? y : call.input("x", type, data);
        call.within(y, i -> Formulas.value(op, Enclosure.of(type, type.read(data, i)), a, b));
        return call.does((k, s) -> k.elementwise().unary(s[y], s[x], count, op, a, b, type));
    }

    private static Call gradient(Draw d, UnaryOp op) {
        DType type = d.type();
        int count = d.count();
        double a = first(d, op);
        double b = d.between(0, 2);
        Values ofUp = d.values();
        MemorySegment up = d.data(count, type, ofUp);
        MemorySegment data = d.data(count, type, d.values());
        Call call =
                new Call("unaryGradient " + op + "(" + a + ", " + b + ") " + type + " of " + count);
        boolean inPlace = d.oneIn(4);
        int dx = inPlace ? call.changed("dy", type, up) : call.output("dx", type, count);
        int dy = inPlace ? dx : call.input("dy", type, up);
        int x = call.input("x", type, data);
        call.within(
                dx,
                i -> {
                    Enclosure at = Enclosure.of(type, type.read(data, i));
                    Enclosure slope = Formulas.slope(op, at, a, b);
                    return Enclosure.of(type, type.read(up, i)).times(slope);
                });
        return call.does(
                (k, s) -> k.elementwise().unaryGradient(s[dx], s[dy], s[x], count, op, a, b, type));
    }

    /// Returns up to four sizes, of a shape that networks have.
    private static int[] sizes(Draw d) {
        return d.sizes(1 + d.below(4), 1);
    }

    private static Call binary(Draw d, BinaryOp op) {
        DType type = d.oneIn(6) ? d.one(DType.I64, DType.I32, DType.U8, DType.BOOL) : d.type();
        DType result = op.isComparison() ? DType.BOOL : type;
        int[] sizes = sizes(d);
        Lie toY = Lie.contiguous(sizes, d.oneIn(4) ? d.below(5) : 0);
        boolean same = d.oneIn(6);
        Lie ofA = same ? toY : d.lie(sizes, true);
        Lie ofB = d.lie(sizes, true);
        Call call =
                new Call("binary " + op + " " + type + " y " + toY + ", a " + ofA + ", b " + ofB);
        // in place: y and a are exactly the same elements
        boolean inPlace = result == type && same;
        MemorySegment first = d.data(ofA.extent(), type, d.values());
        int y = inPlace ? call.changed("y", type, first) : call.output("y", result, toY.extent());
        int a = inPlace ? y : call.input("a", type, first);
        MemorySegment second = d.data(ofB.extent(), type, d.values());
        for (long i = 0; !type.isFloating() && i < ofB.extent(); i++) { // no division by zero
            if (type.readLong(second, i) == 0) {
                type.writeLong(second, i, 1);
            }
        }
        int b = call.input("b", type, second);
        return call.does((k, s) ->
                k.elementwise()
                        .binary(
                                toY.over(s[y], result),
                                ofA.over(s[a], type),
                                ofB.over(s[b], type),
                                op));
    }

    private static Call where(Draw d) {
        DType type = d.oneIn(4) ? d.one(DType.I32, DType.U8, DType.BOOL) : d.type();
        int[] sizes = sizes(d);
        Lie toY = Lie.contiguous(sizes, d.oneIn(4) ? d.below(5) : 0);
        Lie ofC = d.lie(sizes, true);
        Lie ofA = d.lie(sizes, true);
        Lie ofB = d.lie(sizes, true);
        Call call = new Call("where " + type + " c " + ofC + ", a " + ofA + ", b " + ofB);
        int y = call.output("y", type, toY.extent());
        int c = call.input("c", DType.BOOL, d.data(ofC.extent(), DType.BOOL, Values.NORMAL));
        int a = call.input("a", type, d.data(ofA.extent(), type, d.values()));
        int b = call.input("b", type, d.data(ofB.extent(), type, d.values()));
        return call.does((k, s) ->
                k.elementwise()
                        .where(
                                toY.over(s[y], type),
                                ofC.over(s[c], DType.BOOL),
                                ofA.over(s[a], type),
                                ofB.over(s[b], type)));
    }

    private static Call copy(Draw d) {
        DType from = d.oneIn(2) ? DType.F32 : d.one(DType.values());
        DType to = d.oneIn(2) ? DType.F32 : d.one(DType.values());
        int[] sizes = sizes(d);
        Lie toY = d.oneIn(2) ? Lie.contiguous(sizes, 0) : d.lie(sizes, false);
        Lie ofX = d.lie(sizes, true);
        Call call = new Call("copy " + from + " " + ofX + " to " + to + " " + toY);
        int y = call.output("y", to, toY.extent());
        int x = call.input("x", from, d.data(ofX.extent(), from, d.values()));
        assert Arrays.equals(toY.sizes(), ofX.sizes());
        return call.does((k, s) -> k.elementwise().copy(toY.over(s[y], to), ofX.over(s[x], from)));
    }
}
