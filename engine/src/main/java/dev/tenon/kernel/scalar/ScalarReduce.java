package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ReduceKernel;
import java.lang.foreign.MemorySegment;

/// The definition of the family Reduce.
public final class ScalarReduce implements ReduceKernel {
    @Override
    public void sum(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double sum = 0;
                for (int s = 0; s < size; s++) {
                    sum += type.read(x, ((long) o * size + s) * inner + i);
                }
                type.write(y, (long) o * inner + i, sum);
            }
        }
    }
}
