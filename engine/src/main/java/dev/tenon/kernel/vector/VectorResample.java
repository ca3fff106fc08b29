package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.ResampleKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The family Resample on the Vector API: pooling and up-sampling of images.
///
/// Threads share the planes. Steps along columns are vectors: the rows of a window are added, or
/// two rows blended, into a scratch row. Steps along a row, where each result wants elements from
/// its own places, are plain loops over F32: gathering vectors lane by lane costs more than it
/// saves.
public final class VectorResample implements ResampleKernel {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final long PART = 16_384; // elements that make a part worth handing out

    private final ResampleKernel below;

    /// @param below the backend that does what has no vector form
    public VectorResample(ResampleKernel below) {
        this.below = below;
    }

    private static void planes(int planes, long planeSize, Parallel.Range range) {
        Parallel.range(planes, Math.max(1, PART / Math.max(1, planeSize)), range);
    }

    private static float get(MemorySegment x, long i) {
        return x.get(FLOAT, i * 4);
    }

    private static void set(MemorySegment y, long i, float value) {
        y.set(FLOAT, i * 4, value);
    }

    // ---- pooling

    @Override
    public void maxPool(
            MemorySegment y, MemorySegment positions, MemorySegment x, Window w, DType type) {
        if (type != DType.F32) {
            below.maxPool(y, positions, x, w, type);
            return;
        }
        long in = (long) w.height() * w.width();
        int rows = w.outHeight();
        planes(
                w.planes(),
                in,
                (from, to) -> {
                    for (long p = from; p < to; p++) {
                        for (int i = 0; i < rows; i++) {
                            maxRow(y, positions, x, p * in, (p * rows + i) * w.outWidth(), i, w);
                        }
                    }
                });
    }

    private static void maxRow(
            MemorySegment y,
            MemorySegment positions,
            MemorySegment x,
            long plane,
            long out,
            int i,
            Window w) {
        int kernel = w.kernel();
        int width = w.width();
        for (int j = 0, columns = w.outWidth(); j < columns; j++) {
            int corner = i * w.stride() * width + j * w.stride();
            int best = corner;
            float max = get(x, plane + corner);
            for (int a = 0; a < kernel; a++) {
                for (int b = 0; b < kernel; b++) {
                    int at = corner + a * width + b;
                    float value = get(x, plane + at);
                    if (value > max || (Float.isNaN(value) && !Float.isNaN(max))) {
                        max = value;
                        best = at;
                    }
                }
            }
            set(y, out + j, max);
            positions.set(INT, (out + j) * 4, best);
        }
    }

    @Override
    public void maxPoolGradient(
            MemorySegment dx, MemorySegment dy, MemorySegment positions, Window w, DType type) {
        if (type != DType.F32) {
            below.maxPoolGradient(dx, dy, positions, w, type);
            return;
        }
        long in = (long) w.height() * w.width();
        long out = (long) w.outHeight() * w.outWidth();
        planes(
                w.planes(),
                in,
                (from, to) -> {
                    dx.asSlice(from * in * 4, (to - from) * in * 4).fill((byte) 0);
                    for (long p = from; p < to; p++) {
                        for (long i = p * out; i < (p + 1) * out; i++) {
                            long at = p * in + positions.get(INT, i * 4);
                            set(dx, at, get(dx, at) + get(dy, i));
                        }
                    }
                });
    }

    @Override
    public void avgPool(MemorySegment y, MemorySegment x, Window w, DType type) {
        if (type != DType.F32) {
            below.avgPool(y, x, w, type);
            return;
        }
        int width = w.width();
        long in = (long) w.height() * width;
        int rows = w.outHeight();
        float share = 1f / (w.kernel() * w.kernel());
        planes(
                w.planes(),
                in,
                (from, to) -> {
                    float[] sums = new float[width];
                    for (long p = from; p < to; p++) {
                        for (int i = 0; i < rows; i++) {
                            long row = p * in + (long) i * w.stride() * width;
                            copyRow(sums, x, row);
                            for (int a = 1; a < w.kernel(); a++) {
                                addRow(sums, x, row + (long) a * width);
                            }
                            long out = (p * rows + i) * w.outWidth();
                            for (int j = 0, columns = w.outWidth(); j < columns; j++) {
                                float sum = 0;
                                for (int b = j * w.stride(), end = b + w.kernel(); b < end; b++) {
                                    sum += sums[b];
                                }
                                set(y, out + j, sum * share);
                            }
                        }
                    }
                });
    }

    @Override
    public void avgPoolGradient(MemorySegment dx, MemorySegment dy, Window w, DType type) {
        if (type != DType.F32) {
            below.avgPoolGradient(dx, dy, w, type);
            return;
        }
        int width = w.width();
        long in = (long) w.height() * width;
        int rows = w.outHeight();
        float share = 1f / (w.kernel() * w.kernel());
        planes(
                w.planes(),
                in,
                (from, to) -> {
                    dx.asSlice(from * in * 4, (to - from) * in * 4).fill((byte) 0);
                    float[] spread = new float[width];
                    for (long p = from; p < to; p++) {
                        for (int i = 0; i < rows; i++) {
                            Arrays.fill(spread, 0);
                            long out = (p * rows + i) * w.outWidth();
                            for (int j = 0, columns = w.outWidth(); j < columns; j++) {
                                float each = get(dy, out + j) * share;
                                for (int b = j * w.stride(), end = b + w.kernel(); b < end; b++) {
                                    spread[b] += each;
                                }
                            }
                            long row = p * in + (long) i * w.stride() * width;
                            for (int a = 0; a < w.kernel(); a++) {
                                addToRow(dx, row + (long) a * width, spread, 1);
                            }
                        }
                    }
                });
    }

    // ---- rows: element `at` of a segment is the first of row.length

    private static void copyRow(float[] row, MemorySegment x, long at) {
        MemorySegment.copy(x, FLOAT, at * 4, row, 0, row.length);
    }

    /// `row += x`.
    private static void addRow(float[] row, MemorySegment x, long at) {
        int j = 0;
        for (; j + S.length() <= row.length; j += S.length()) {
            FloatVector.fromArray(S, row, j)
                    .add(FloatVector.fromMemorySegment(S, x, (at + j) * 4, ORDER))
                    .intoArray(row, j);
        }
        for (; j < row.length; j++) {
            row[j] += get(x, at + j);
        }
    }

    /// `y += factor * row`.
    private static void addToRow(MemorySegment y, long at, float[] row, float factor) {
        int j = 0;
        for (; j + S.length() <= row.length; j += S.length()) {
            FloatVector.fromMemorySegment(S, y, (at + j) * 4, ORDER)
                    .add(FloatVector.fromArray(S, row, j).mul(factor))
                    .intoMemorySegment(y, (at + j) * 4, ORDER);
        }
        for (; j < row.length; j++) {
            set(y, at + j, get(y, at + j) + row[j] * factor);
        }
    }

    /// `row = kept * x[a...] + part * x[b...]`.
    private static void blendRows(
            float[] row, MemorySegment x, long a, long b, float kept, float part) {
        int j = 0;
        for (; j + S.length() <= row.length; j += S.length()) {
            FloatVector u = FloatVector.fromMemorySegment(S, x, (a + j) * 4, ORDER);
            FloatVector v = FloatVector.fromMemorySegment(S, x, (b + j) * 4, ORDER);
            u.mul(kept).add(v.mul(part)).intoArray(row, j);
        }
        for (; j < row.length; j++) {
            row[j] = get(x, a + j) * kept + get(x, b + j) * part;
        }
    }

    // ---- nearest

    @Override
    public void nearest(MemorySegment y, MemorySegment x, Scaling s, DType type) {
        if (type != DType.F32) {
            below.nearest(y, x, s, type);
            return;
        }
        long in = (long) s.inHeight() * s.inWidth();
        long out = (long) s.outHeight() * s.outWidth();
        planes(
                s.planes(),
                out,
                (from, to) -> {
                    for (long p = from; p < to; p++) {
                        int last = -1;
                        for (int i = 0; i < s.outHeight(); i++) {
                            int row = Scaling.nearest(i, s.inHeight(), s.outHeight());
                            long at = p * out + (long) i * s.outWidth();
                            if (row == last) { // the row above, again
                                long bytes = s.outWidth() * 4L;
                                MemorySegment.copy(y, at * 4 - bytes, y, at * 4, bytes);
                            } else {
                                widen(y, at, x, p * in + (long) row * s.inWidth(), s);
                                last = row;
                            }
                        }
                    }
                });
    }

    private static void widen(MemorySegment y, long to, MemorySegment x, long from, Scaling s) {
        int in = s.inWidth();
        int j = 0;
        for (int k = 0; k < in; k++) {
            float value = get(x, from + k);
            for (int end = firstCopy(k + 1, in, s.outWidth()); j < end; j++) {
                set(y, to + j, value);
            }
        }
    }

    /// The first output element that is nearest to input element `k` or a later one.
    private static int firstCopy(int k, int in, int out) {
        return (int) (((long) k * out + in - 1) / in);
    }

    @Override
    public void nearestGradient(MemorySegment dx, MemorySegment dy, Scaling s, DType type) {
        if (type != DType.F32) {
            below.nearestGradient(dx, dy, s, type);
            return;
        }
        long in = (long) s.inHeight() * s.inWidth();
        long out = (long) s.outHeight() * s.outWidth();
        planes(
                s.planes(),
                out,
                (from, to) -> {
                    float[] sums = new float[s.outWidth()];
                    for (long p = from; p < to; p++) {
                        for (int r = 0; r < s.inHeight(); r++) {
                            Arrays.fill(sums, 0);
                            int end = firstCopy(r + 1, s.inHeight(), s.outHeight());
                            for (int i = firstCopy(r, s.inHeight(), s.outHeight()); i < end; i++) {
                                addRow(sums, dy, p * out + (long) i * s.outWidth());
                            }
                            narrow(dx, p * in + (long) r * s.inWidth(), sums, s);
                        }
                    }
                });
    }

    private static void narrow(MemorySegment dx, long to, float[] sums, Scaling s) {
        int in = s.inWidth();
        int j = 0;
        for (int k = 0; k < in; k++) {
            float sum = 0;
            for (int end = firstCopy(k + 1, in, sums.length); j < end; j++) {
                sum += sums[j];
            }
            set(dx, to + k, sum);
        }
    }

    // ---- bilinear

    /// For each output column, the input columns before and after its place and their weights. Both
    /// are rounded from double: one minus the other would give a small weight the rounding error of
    /// a large one.
    private record Columns(int[] before, int[] after, float[] kept, float[] part) {
        static Columns of(Scaling s) {
            int[] before = new int[s.outWidth()];
            int[] after = new int[s.outWidth()];
            float[] kept = new float[s.outWidth()];
            float[] part = new float[s.outWidth()];
            for (int j = 0; j < before.length; j++) {
                double place = s.place(j, s.inWidth(), s.outWidth());
                before[j] = (int) place;
                after[j] = Math.min(before[j] + 1, s.inWidth() - 1);
                kept[j] = (float) (1 - (place - before[j]));
                part[j] = (float) (place - before[j]);
            }
            return new Columns(before, after, kept, part);
        }
    }

    @Override
    public void bilinear(MemorySegment y, MemorySegment x, Scaling s, DType type) {
        if (type != DType.F32) {
            below.bilinear(y, x, s, type);
            return;
        }
        Columns columns = Columns.of(s);
        long in = (long) s.inHeight() * s.inWidth();
        long out = (long) s.outHeight() * s.outWidth();
        planes(
                s.planes(),
                out,
                (from, to) -> {
                    float[] row = new float[s.inWidth()];
                    for (long p = from; p < to; p++) {
                        for (int i = 0; i < s.outHeight(); i++) {
                            double place = s.place(i, s.inHeight(), s.outHeight());
                            int before = (int) place;
                            long a = p * in + (long) before * s.inWidth();
                            long b = before + 1 < s.inHeight() ? a + s.inWidth() : a;
                            double part = place - before;
                            blendRows(row, x, a, b, (float) (1 - part), (float) part);
                            spread(y, p * out + (long) i * s.outWidth(), row, columns);
                        }
                    }
                });
    }

    private static void spread(MemorySegment y, long to, float[] row, Columns columns) {
        int[] before = columns.before;
        int[] after = columns.after;
        float[] kept = columns.kept;
        float[] part = columns.part;
        for (int j = 0; j < part.length; j++) {
            set(y, to + j, row[before[j]] * kept[j] + row[after[j]] * part[j]);
        }
    }

    @Override
    public void bilinearGradient(MemorySegment dx, MemorySegment dy, Scaling s, DType type) {
        if (type != DType.F32) {
            below.bilinearGradient(dx, dy, s, type);
            return;
        }
        Columns columns = Columns.of(s);
        long in = (long) s.inHeight() * s.inWidth();
        long out = (long) s.outHeight() * s.outWidth();
        planes(
                s.planes(),
                out,
                (from, to) -> {
                    dx.asSlice(from * in * 4, (to - from) * in * 4).fill((byte) 0);
                    float[] row = new float[s.inWidth()];
                    for (long p = from; p < to; p++) {
                        for (int i = 0; i < s.outHeight(); i++) {
                            double place = s.place(i, s.inHeight(), s.outHeight());
                            int before = (int) place;
                            double part = place - before;
                            long a = p * in + (long) before * s.inWidth();
                            long b = before + 1 < s.inHeight() ? a + s.inWidth() : a;
                            collect(row, dy, p * out + (long) i * s.outWidth(), columns);
                            addToRow(dx, a, row, (float) (1 - part));
                            addToRow(dx, b, row, (float) part);
                        }
                    }
                });
    }

    private static void collect(float[] row, MemorySegment dy, long from, Columns columns) {
        int[] before = columns.before;
        int[] after = columns.after;
        float[] kept = columns.kept;
        float[] part = columns.part;
        Arrays.fill(row, 0);
        for (int j = 0; j < part.length; j++) {
            float arrived = get(dy, from + j);
            row[before[j]] += arrived * kept[j];
            row[after[j]] += arrived * part[j];
        }
    }
}
