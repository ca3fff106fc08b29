package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Operands as arrays, for definitions that read each element many times: the choice of the type is
/// made once per element, not once per product.
final class Doubles {
    private Doubles() {}

    /// Returns all elements of `data`.
    static double[] of(MemorySegment data, DType type) {
        double[] values = new double[Math.toIntExact(data.byteSize() / type.bytes())];
        for (int i = 0; i < values.length; i++) {
            values[i] = type.read(data, i);
        }
        return values;
    }
}
