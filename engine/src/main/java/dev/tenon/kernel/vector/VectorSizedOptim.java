package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.VectorOptim.gradient;
import static dev.tenon.kernel.vector.VectorOptim.load;
import static dev.tenon.kernel.vector.VectorOptim.store;
import static jdk.incubator.vector.VectorOperators.F2D;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.SizedOptim;
import dev.tenon.kernel.Tiles;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Lamb and Adafactor on the Vector API, for F32.
///
/// They are bound by memory: Lamb reads and writes ten times the parameter's bytes in two passes,
/// Adafactor six times in three.
abstract class VectorSizedOptim implements SizedOptim {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final VectorSpecies<Double> D = Lanes.DOUBLES;
    private static final int LANES = S.length();

    private final SizedOptim below;

    /// @param below the backend that does what has no vector form
    VectorSizedOptim(SizedOptim below) {
        this.below = below;
    }

    /// The squares of both halves of a vector, added to sums in F64.
    ///
    /// @param half 0 or 1
    private static DoubleVector plusSquares(DoubleVector sum, FloatVector x, int half) {
        DoubleVector wide = (DoubleVector) x.convertShape(F2D, D, half);
        return wide.fma(wide, sum);
    }

    // ---- Lamb

    @Override
    public Sizes lambMoments(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long count,
            AdamStep step,
            Decay decay,
            DType type) {
        if (type != DType.F32) {
            return below.lambMoments(w, g, m, v, count, step, decay, type);
        }
        int pieces = Math.toIntExact((count + VectorOptim.PIECE - 1) / VectorOptim.PIECE);
        double[] sums = new double[2 * pieces];
        Parallel.range(
                count,
                VectorOptim.PIECE,
                (from, to) -> lambMoments(w, g, m, v, from, to, step, decay, sums));
        double weight = 0;
        double change = 0;
        for (int i = 0; i < pieces; i++) {
            weight += sums[2 * i];
            change += sums[2 * i + 1];
        }
        return new Sizes(weight, change);
    }

    private static void lambMoments(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long from,
            long to,
            AdamStep step,
            Decay decay,
            double[] sums) {
        DoubleVector weights = DoubleVector.zero(D);
        DoubleVector changes = weights;
        float keep = (float) decay.keep();
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            move(w, g, m, v, i, null, step, decay);
            FloatVector kept = load(w, i, null).mul(keep);
            FloatVector change = change(load(m, i, null), load(v, i, null), step);
            weights = plusSquares(plusSquares(weights, kept, 0), kept, 1);
            changes = plusSquares(plusSquares(changes, change, 0), change, 1);
        }
        if (i < to) {
            VectorMask<Float> tail = S.indexInRange(i, to);
            move(w, g, m, v, i, tail, step, decay);
            FloatVector kept = load(w, i, tail).mul(keep).blend(0, tail.not());
            FloatVector change =
                    change(load(m, i, tail), load(v, i, tail), step).blend(0, tail.not());
            weights = plusSquares(plusSquares(weights, kept, 0), kept, 1);
            changes = plusSquares(plusSquares(changes, change, 0), change, 1);
        }
        int piece = (int) (from / VectorOptim.PIECE);
        sums[2 * piece] = Lanes.sum(weights);
        sums[2 * piece + 1] = Lanes.sum(changes);
    }

    private static void move(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long i,
            @Nullable VectorMask<Float> tail,
            AdamStep step,
            Decay decay) {
        FloatVector gradient = gradient(load(w, i, tail), load(g, i, tail), decay);
        FloatVector first = load(m, i, tail);
        FloatVector second = load(v, i, tail);
        FloatVector square = gradient.mul(gradient);
        store(first.add(gradient.sub(first).mul((float) (1 - step.beta1()))), m, i, tail);
        store(second.add(square.sub(second).mul((float) (1 - step.beta2()))), v, i, tail);
    }

    private static FloatVector change(FloatVector first, FloatVector second, AdamStep step) {
        FloatVector root = second.sqrt().mul((float) step.rootScale()).add((float) step.epsilon());
        return first.mul((float) step.rate()).div(root);
    }

    @Override
    public void lambStep(
            MemorySegment w,
            MemorySegment m,
            MemorySegment v,
            long count,
            AdamStep step,
            double factor,
            double keep,
            DType type) {
        if (type != DType.F32) {
            below.lambStep(w, m, v, count, step, factor, keep, type);
            return;
        }
        Parallel.range(
                count,
                VectorOptim.PIECE,
                (from, to) -> {
                    long i = from;
                    for (; i + LANES <= to; i += LANES) {
                        step(w, m, v, i, null, step, (float) factor, (float) keep);
                    }
                    if (i < to) {
                        VectorMask<Float> tail = S.indexInRange(i, to);
                        step(w, m, v, i, tail, step, (float) factor, (float) keep);
                    }
                });
    }

    private static void step(
            MemorySegment w,
            MemorySegment m,
            MemorySegment v,
            long i,
            @Nullable VectorMask<Float> tail,
            AdamStep step,
            float factor,
            float keep) {
        FloatVector change = change(load(m, i, tail), load(v, i, tail), step);
        store(load(w, i, tail).mul(keep).sub(change.mul(factor)), w, i, tail);
    }

    // ---- Adafactor

    @Override
    public void adafactorSquares(
            MemorySegment rows,
            MemorySegment columns,
            MemorySegment g,
            int height,
            int width,
            DType type) {
        if (type != DType.F32) {
            below.adafactorSquares(rows, columns, g, height, width, type);
            return;
        }
        Tiles tiles = new Tiles(height, width);
        double[] down = Scratch.SHARED.doubles(tiles.down() * width);
        double[] across = Scratch.MERGED.doubles(tiles.across() * height);
        tiles.run((row, column, from, to, first, last) -> {
            Arrays.fill(down, row * width + first, row * width + last, 0);
            for (int i = from; i < to; i++) {
                across[column * height + i] =
                        squares(g, (long) i * width, down, row * width, first, last);
            }
        });
        merge(down, tiles.down(), width, columns);
        merge(across, tiles.across(), height, rows);
    }

    private static void merge(double[] parts, int count, int size, MemorySegment sums) {
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int part = 0; part < count; part++) {
                sum += parts[part * size + i];
            }
            DType.F64.write(sums, i, sum);
        }
    }

    /// Adds the squares of columns `first` to `last` of a row to their sums and returns their own
    /// sum.
    ///
    /// @param own where the sums begin
    private static double squares(
            MemorySegment g, long row, double[] sums, int own, int first, int last) {
        DoubleVector total = DoubleVector.zero(D);
        int half = D.length();
        int j = first;
        for (; j + LANES <= last; j += LANES) {
            FloatVector x = load(g, row + j, null);
            DoubleVector low = (DoubleVector) x.convertShape(F2D, D, 0);
            DoubleVector high = (DoubleVector) x.convertShape(F2D, D, 1);
            low = low.mul(low);
            high = high.mul(high);
            DoubleVector.fromArray(D, sums, own + j).add(low).intoArray(sums, own + j);
            DoubleVector.fromArray(D, sums, own + j + half)
                    .add(high)
                    .intoArray(sums, own + j + half);
            total = total.add(low.add(high));
        }
        double sum = Lanes.sum(total);
        for (; j < last; j++) {
            double x = DType.F32.read(g, row + j);
            sums[own + j] += x * x;
            sum += x * x;
        }
        return sum;
    }

    @Override
    public double adafactorSize(
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            int height,
            int width,
            DType type) {
        if (type != DType.F32) {
            return below.adafactorSize(g, rows, columns, limit, height, width, type);
        }
        Tiles tiles = new Tiles(height, width);
        int count = tiles.down() * tiles.across();
        double[] sums = Scratch.SHARED.doubles(count);
        tiles.run((down, across, from, to, first, last) -> {
            double sum = 0;
            for (int i = from; i < to; i++) {
                float row = (float) DType.F32.read(rows, i);
                sum += size(g, (long) i * width, row, columns, (float) limit, first, last);
            }
            sums[down * tiles.across() + across] = sum;
        });
        double sum = 0;
        for (int part = 0; part < count; part++) {
            sum += sums[part];
        }
        return sum;
    }

    private static double size(
            MemorySegment g,
            long at,
            float row,
            MemorySegment columns,
            float limit,
            int first,
            int last) {
        DoubleVector low = DoubleVector.zero(D);
        DoubleVector high = low;
        int j = first;
        for (; j + LANES <= last; j += LANES) {
            FloatVector change = change(g, at, row, columns, limit, j, null);
            low = plusSquares(low, change, 0);
            high = plusSquares(high, change, 1);
        }
        if (j < last) {
            VectorMask<Float> tail = S.indexInRange(j, last);
            FloatVector change = change(g, at, row, columns, limit, j, tail);
            low = plusSquares(low, change, 0);
            high = plusSquares(high, change, 1);
        }
        return Lanes.sum(low.add(high));
    }

    /// In lanes that do not exist 0.
    private static FloatVector change(
            MemorySegment g,
            long at,
            float row,
            MemorySegment columns,
            float limit,
            int j,
            @Nullable VectorMask<Float> tail) {
        FloatVector factor = load(columns, j, tail).mul(row).min(limit);
        return load(g, at + j, tail).mul(factor);
    }

    @Override
    public void adafactorStep(
            MemorySegment w,
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            double rate,
            double keep,
            int height,
            int width,
            DType type) {
        if (type != DType.F32) {
            below.adafactorStep(w, g, rows, columns, limit, rate, keep, height, width, type);
            return;
        }
        new Tiles(height, width)
                .run((_, _, from, to, first, last) -> {
                    for (int i = from; i < to; i++) {
                        float row = (float) DType.F32.read(rows, i);
                        long at = (long) i * width;
                        int j = first;
                        for (; j + LANES <= last; j += LANES) {
                            FloatVector change =
                                    change(g, at, row, columns, (float) limit, j, null);
                            step(w, at + j, change, (float) rate, (float) keep, null);
                        }
                        if (j < last) {
                            VectorMask<Float> tail = S.indexInRange(j, last);
                            FloatVector change =
                                    change(g, at, row, columns, (float) limit, j, tail);
                            step(w, at + j, change, (float) rate, (float) keep, tail);
                        }
                    }
                });
    }

    private static void step(
            MemorySegment w,
            long at,
            FloatVector change,
            float rate,
            float keep,
            @Nullable VectorMask<Float> tail) {
        store(load(w, at, tail).mul(keep).sub(change.mul(rate)), w, at, tail);
    }
}
