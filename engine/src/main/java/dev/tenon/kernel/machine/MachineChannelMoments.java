package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;

/// Mean and variance of channels over samples and space, in one pass over memory.
///
/// A part is some samples' planes of a channel or, where planes are long, a piece of one. Each has
/// statistics of its own, in F32 lanes; they are merged in double, in the order of the parts.
final class MachineChannelMoments {
    /// Planes of at most so many elements are added up together: the end of a part costs as much as
    /// 500 elements.
    private static final int TOGETHER = 2048;

    private static final int PIECE = 65_536; // elements of a long plane that are a part
    private static final int PART = 16_384; // elements that are worth waking a thread for

    private final Routine rows;
    private final Routine planes;

    MachineChannelMoments(Isa isa) {
        rows = RowNormCode.moments(isa);
        planes = PlaneNormCode.moments(isa);
    }

    /// How channels are cut. Parts are numbered by sample, then channel, then piece.
    ///
    /// @param samples of a part
    /// @param piece elements of a plane that are in a part, but for the last
    private record Cut(NormShape shape, int samples, int piece) {
        static Cut of(NormShape shape) {
            return shape.inner() <= TOGETHER
                    ? new Cut(shape, NormCode.CHUNK / shape.inner(), shape.inner())
                    : new Cut(shape, 1, PIECE);
        }

        int pieces() {
            return (shape.inner() + piece - 1) / piece;
        }

        int blocks() {
            return (shape.samples() + samples - 1) / samples;
        }

        int parts() {
            return Math.multiplyExact(blocks() * pieces(), shape.parameters());
        }

        private int block(int part) {
            return part / pieces() / shape.parameters();
        }

        int samples(int part) {
            return Math.min(samples, shape.samples() - block(part) * samples);
        }

        int length(int part) {
            return Math.min(piece, shape.inner() - part % pieces() * piece);
        }

        int count(int part) {
            return samples(part) * length(part);
        }

        /// Where the part begins.
        long at(int part) {
            int channel = part / pieces() % shape.parameters();
            long plane = (long) block(part) * samples * shape.parameters() + channel;
            return plane * shape.inner() + (long) (part % pieces()) * piece;
        }
    }

    void run(NormShape shape, MemorySegment mean, MemorySegment variance, MemorySegment x) {
        Cut cut = Cut.of(shape);
        int parts = cut.parts();
        MemorySegment all = Workspace.SUMS.bytes(16L * parts); // means, then variances
        Routine routine = cut.piece == shape.inner() ? planes : rows;
        Parallel.range(
                parts,
                Math.max(1, PART / (cut.samples * Math.min(cut.piece, shape.inner()))),
                (from, to) -> {
                    for (int part = (int) from; part < to; part++) {
                        MemorySegment block = block(cut, part, x, all);
                        routine.call(block.address(), 0, 0, 0, 0, 0);
                        setNotFinite(cut, part, x, all);
                    }
                });
        int perChannel = parts / shape.parameters();
        Parallel.range(
                shape.parameters(),
                Math.max(1, PART / perChannel),
                (from, to) -> {
                    for (int channel = (int) from; channel < to; channel++) {
                        merge(cut, all, channel, mean, variance);
                    }
                });
    }

    private static MemorySegment block(Cut cut, int part, MemorySegment x, MemorySegment all) {
        int length = cut.length(part);
        MemorySegment block = Arguments.block();
        block.set(JAVA_LONG, NormCode.X, x.address() + 4 * cut.at(part));
        block.set(JAVA_LONG, NormCode.MEAN, all.address() + 8L * part);
        block.set(JAVA_LONG, NormCode.TO_RSTD, 8L * cut.parts());
        block.set(JAVA_LONG, NormCode.SIZE, length);
        block.set(JAVA_LONG, NormCode.INNER, length);
        block.set(JAVA_LONG, NormCode.CHANNELS, cut.samples(part));
        block.set(JAVA_LONG, NormCode.TO_NEXT, 4L * cut.shape.width());
        block.set(JAVA_DOUBLE, NormCode.INVERSE, 1.0 / cut.count(part));
        block.set(JAVA_DOUBLE, NormCode.INVERSE + 8, 1.0 / cut.count(part));
        block.set(JAVA_DOUBLE, NormCode.FIRST, 1.0 / Math.min(NormCode.CHUNK, length));
        return block;
    }

    /// The variance is the mean of the parts' plus the variance of their means (Chan, Golub,
    /// LeVeque 1979).
    private static void merge(
            Cut cut, MemorySegment all, int channel, MemorySegment mean, MemorySegment variance) {
        int pieces = cut.pieces();
        int parts = cut.parts();
        int stride = cut.shape.parameters() * pieces;
        long n = cut.shape.perParameter();
        double sum = 0;
        for (int first = channel * pieces; first < parts; first += stride) {
            for (int part = first; part < first + pieces; part++) {
                sum += cut.count(part) * all.getAtIndex(JAVA_DOUBLE, part);
            }
        }
        double mu = sum / n;
        double squares = 0;
        for (int first = channel * pieces; first < parts; first += stride) {
            for (int part = first; part < first + pieces; part++) {
                double off = all.getAtIndex(JAVA_DOUBLE, part) - mu;
                double own = all.getAtIndex(JAVA_DOUBLE, parts + (long) part);
                squares += cut.count(part) * (own + off * off);
            }
        }
        DType.F64.write(mean, channel, mu);
        DType.F64.write(variance, channel, squares / n);
    }

    /// Sets a part's mean anew where not all its elements are numbers: the differences from the
    /// shift do not say what it is then.
    private static void setNotFinite(Cut cut, int part, MemorySegment x, MemorySegment all) {
        if (!Double.isNaN(all.getAtIndex(JAVA_DOUBLE, cut.parts() + (long) part))) {
            return;
        }
        double sum = 0;
        for (int sample = 0; sample < cut.samples(part); sample++) {
            long from = cut.at(part) + (long) sample * cut.shape.width();
            for (long i = from; i < from + cut.length(part); i++) {
                sum += DType.F32.read(x, i);
            }
        }
        all.setAtIndex(JAVA_DOUBLE, part, sum / cut.count(part));
    }
}
