package dev.tenon.bench;

import dev.tenon.kernel.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The loops on the Vector API, in vectors of the width that the kernels use.
///
/// Loading this class needs the module jdk.incubator.vector.
final class VectorPeakLoops implements PeakLoops, PeakLoops.Blocks {
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int CHAINS = 12;
    private static final int STEPS = 2000;
    private static final long PAGE = BLOCK / 4;

    @SuppressWarnings(
            "UnusedVariable") // the write alone keeps the compiler from leaving the loops out
    private static volatile float sink;

    /// Twelve independent chains: a multiply-add takes four cycles and two start each cycle, so at
    /// least eight must be under way; with the two factors they fit sixteen registers.
    @Override
    public long multiplyAdd() {
        FloatVector x = FloatVector.broadcast(FLOATS, 0.5f);
        FloatVector y = FloatVector.broadcast(FLOATS, 1);
        FloatVector c0 = y;
        FloatVector c1 = y;
        FloatVector c2 = y;
        FloatVector c3 = y;
        FloatVector c4 = y;
        FloatVector c5 = y;
        FloatVector c6 = y;
        FloatVector c7 = y;
        FloatVector c8 = y;
        FloatVector c9 = y;
        FloatVector c10 = y;
        FloatVector c11 = y;
        for (int i = 0; i < STEPS; i++) {
            c0 = c0.fma(x, y);
            c1 = c1.fma(x, y);
            c2 = c2.fma(x, y);
            c3 = c3.fma(x, y);
            c4 = c4.fma(x, y);
            c5 = c5.fma(x, y);
            c6 = c6.fma(x, y);
            c7 = c7.fma(x, y);
            c8 = c8.fma(x, y);
            c9 = c9.fma(x, y);
            c10 = c10.fma(x, y);
            c11 = c11.fma(x, y);
        }
        FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
        sink = sum.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
        return 2L * CHAINS * FLOATS.length() * STEPS;
    }

    @Override
    public List<Mover> movers(Work work) {
        return List.of(streams -> move(streams, work));
    }

    /// Four pages side by side: with one stream of addresses the prefetcher reached 23 GB/s on one
    /// core of an AMD EPYC, with four 28.
    @Override
    public void read(MemorySegment data, long at) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (long i = at; i < at + PAGE; i += FLOATS.vectorByteSize()) {
            a = a.add(FloatVector.fromMemorySegment(FLOATS, data, i, ORDER));
            b = b.add(FloatVector.fromMemorySegment(FLOATS, data, i + PAGE, ORDER));
            c = c.add(FloatVector.fromMemorySegment(FLOATS, data, i + 2 * PAGE, ORDER));
            d = d.add(FloatVector.fromMemorySegment(FLOATS, data, i + 3 * PAGE, ORDER));
        }
        sink = a.add(b).add(c).add(d).lane(0);
    }

    @Override
    public void fill(MemorySegment data, long at) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1); // zeros would be stored faster
        for (long i = at; i < at + BLOCK; i += FLOATS.vectorByteSize()) {
            one.intoMemorySegment(data, i, ORDER);
        }
    }

    /// Turns the signs: a compiler leaves out the writing of what was just read.
    @Override
    public void update(MemorySegment data, long at) {
        long bytes = FLOATS.vectorByteSize();
        for (long i = at; i < at + BLOCK; i += 2 * bytes) {
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, data, i, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, data, i + bytes, ORDER);
            a.neg().intoMemorySegment(data, i, ORDER);
            b.neg().intoMemorySegment(data, i + bytes, ORDER);
        }
    }

    @Override
    public void copy(MemorySegment to, MemorySegment from, long at) {
        long bytes = FLOATS.vectorByteSize();
        for (long i = at; i < at + BLOCK; i += 2 * bytes) {
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, from, i, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(FLOATS, from, i + bytes, ORDER);
            a.intoMemorySegment(to, i, ORDER);
            b.intoMemorySegment(to, i + bytes, ORDER);
        }
    }
}
