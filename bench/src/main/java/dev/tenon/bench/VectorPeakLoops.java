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
final class VectorPeakLoops implements PeakLoops {
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
        return List.of(streams -> move(streams, work, 1), streams -> move(streams, work, 4));
    }

    /// @param pages side by side: with one stream of addresses the prefetcher reached 23 GB/s on
    ///   one core of an AMD EPYC, with four 28
    private static void move(List<MemorySegment> streams, Work work, int pages) {
        MemorySegment[] read =
                new MemorySegment[4]; // all are named, so that the compiler sees them
        MemorySegment[] written = new MemorySegment[3];
        for (int i = 0; i < 4; i++) {
            read[i] = streams.get(Math.min(i, streams.size() - 1));
        }
        int first = work.inPlace() ? 0 : work.read();
        for (int i = 0; i < 3; i++) {
            written[i] = streams.get(Math.min(first + i, streams.size() - 1));
        }
        FloatVector sum = FloatVector.zero(FLOATS);
        for (long at = 0; at < read[0].byteSize(); at += pages * PAGE) {
            sum = sum.add(block(read, written, work, at, pages));
        }
        sink = sum.lane(0);
    }

    private static FloatVector block(
            MemorySegment[] read, MemorySegment[] written, Work work, long at, int pages) {
        int reads = work.read();
        int writes = work.written();
        FloatVector sum = FloatVector.zero(FLOATS);
        for (long i = at; i < at + PAGE; i += FLOATS.vectorByteSize()) {
            for (long j = i; j < i + pages * PAGE; j += PAGE) {
                FloatVector x = FloatVector.zero(FLOATS);
                if (reads > 0) {
                    x = FloatVector.fromMemorySegment(FLOATS, read[0], j, ORDER);
                }
                FloatVector y = x;
                if (reads > 1) {
                    y = FloatVector.fromMemorySegment(FLOATS, read[1], j, ORDER);
                }
                FloatVector z = y;
                if (reads > 2) {
                    z = FloatVector.fromMemorySegment(FLOATS, read[2], j, ORDER);
                }
                if (reads > 3) {
                    sum = sum.add(FloatVector.fromMemorySegment(FLOATS, read[3], j, ORDER));
                }
                sum = sum.add(x).add(y).add(z);
                if (writes > 0) {
                    x.intoMemorySegment(written[0], j, ORDER);
                }
                if (writes > 1) {
                    y.intoMemorySegment(written[1], j, ORDER);
                }
                if (writes > 2) {
                    z.intoMemorySegment(written[2], j, ORDER);
                }
            }
        }
        return sum;
    }
}
