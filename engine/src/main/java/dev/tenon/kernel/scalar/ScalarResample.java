package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ResampleKernel;
import java.lang.foreign.MemorySegment;

/// The definition of the family Resample: pooling and up-sampling of images.
public final class ScalarResample implements ResampleKernel {
    @Override
    public void maxPool(
            MemorySegment y, MemorySegment positions, MemorySegment x, Window w, DType type) {
        long out = 0;
        for (int p = 0; p < w.planes(); p++) {
            long plane = (long) p * w.height() * w.width();
            for (int i = 0; i < w.outHeight(); i++) {
                for (int j = 0; j < w.outWidth(); j++) {
                    int best = i * w.stride() * w.width() + j * w.stride();
                    double max = type.read(x, plane + best);
                    for (int a = 0; a < w.kernel(); a++) {
                        for (int b = 0; b < w.kernel(); b++) {
                            int at = (i * w.stride() + a) * w.width() + j * w.stride() + b;
                            double value = type.read(x, plane + at);
                            if (value > max || (Double.isNaN(value) && !Double.isNaN(max))) {
                                max = value;
                                best = at;
                            }
                        }
                    }
                    type.write(y, out, max);
                    DType.I32.writeLong(positions, out, best);
                    out++;
                }
            }
        }
    }

    @Override
    public void maxPoolGradient(
            MemorySegment dx, MemorySegment dy, MemorySegment positions, Window w, DType type) {
        double[] sums = new double[w.height() * w.width()];
        int outs = w.outHeight() * w.outWidth();
        for (int p = 0; p < w.planes(); p++) {
            for (int i = 0; i < outs; i++) {
                long at = (long) p * outs + i;
                sums[(int) DType.I32.readLong(positions, at)] += type.read(dy, at);
            }
            flush(dx, p, sums, type);
        }
    }

    /// Writes the sums of plane `p` and sets them to 0.
    private static void flush(MemorySegment dx, int p, double[] sums, DType type) {
        for (int i = 0; i < sums.length; i++) {
            type.write(dx, (long) p * sums.length + i, sums[i]);
            sums[i] = 0;
        }
    }

    @Override
    public void avgPool(MemorySegment y, MemorySegment x, Window w, DType type) {
        long out = 0;
        for (int p = 0; p < w.planes(); p++) {
            long plane = (long) p * w.height() * w.width();
            for (int i = 0; i < w.outHeight(); i++) {
                for (int j = 0; j < w.outWidth(); j++) {
                    double sum = 0;
                    for (int a = 0; a < w.kernel(); a++) {
                        for (int b = 0; b < w.kernel(); b++) {
                            long row = (long) (i * w.stride() + a) * w.width();
                            sum += type.read(x, plane + row + (long) j * w.stride() + b);
                        }
                    }
                    type.write(y, out++, sum / (w.kernel() * w.kernel()));
                }
            }
        }
    }

    @Override
    public void avgPoolGradient(MemorySegment dx, MemorySegment dy, Window w, DType type) {
        double[] sums = new double[w.height() * w.width()];
        long out = 0;
        for (int p = 0; p < w.planes(); p++) {
            for (int i = 0; i < w.outHeight(); i++) {
                for (int j = 0; j < w.outWidth(); j++) {
                    double share = type.read(dy, out++) / (w.kernel() * w.kernel());
                    for (int a = 0; a < w.kernel(); a++) {
                        for (int b = 0; b < w.kernel(); b++) {
                            sums[(i * w.stride() + a) * w.width() + j * w.stride() + b] += share;
                        }
                    }
                }
            }
            flush(dx, p, sums, type);
        }
    }

    @Override
    public void nearest(MemorySegment y, MemorySegment x, Scaling s, DType type) {
        long out = 0;
        for (int p = 0; p < s.planes(); p++) {
            for (int i = 0; i < s.outHeight(); i++) {
                for (int j = 0; j < s.outWidth(); j++) {
                    long from = (long) p * s.inHeight() * s.inWidth() + source(i, j, s);
                    type.write(y, out++, type.read(x, from));
                }
            }
        }
    }

    private static int source(int i, int j, Scaling s) {
        int row = Scaling.nearest(i, s.inHeight(), s.outHeight());
        return row * s.inWidth() + Scaling.nearest(j, s.inWidth(), s.outWidth());
    }

    @Override
    public void nearestGradient(MemorySegment dx, MemorySegment dy, Scaling s, DType type) {
        double[] sums = new double[s.inHeight() * s.inWidth()];
        long out = 0;
        for (int p = 0; p < s.planes(); p++) {
            for (int i = 0; i < s.outHeight(); i++) {
                for (int j = 0; j < s.outWidth(); j++) {
                    sums[source(i, j, s)] += type.read(dy, out++);
                }
            }
            flush(dx, p, sums, type);
        }
    }

    @Override
    public void bilinear(MemorySegment y, MemorySegment x, Scaling s, DType type) {
        long out = 0;
        for (int p = 0; p < s.planes(); p++) {
            long plane = (long) p * s.inHeight() * s.inWidth();
            for (int i = 0; i < s.outHeight(); i++) {
                double u = s.place(i, s.inHeight(), s.outHeight());
                for (int j = 0; j < s.outWidth(); j++) {
                    double v = s.place(j, s.inWidth(), s.outWidth());
                    double sum = 0;
                    for (int corner = 0; corner < 4; corner++) {
                        double weight = weight(u, corner >> 1) * weight(v, corner & 1);
                        sum += weight * type.read(x, plane + corner(u, v, corner, s));
                    }
                    type.write(y, out++, sum);
                }
            }
        }
    }

    /// The weight of the element before `(side 0)` or after `(side 1)` a place.
    private static double weight(double place, int side) {
        double part = place - Math.floor(place);
        return side == 0 ? 1 - part : part;
    }

    private static int corner(double u, double v, int corner, Scaling s) {
        int row = Math.min((int) u + (corner >> 1), s.inHeight() - 1);
        return row * s.inWidth() + Math.min((int) v + (corner & 1), s.inWidth() - 1);
    }

    @Override
    public void bilinearGradient(MemorySegment dx, MemorySegment dy, Scaling s, DType type) {
        double[] sums = new double[s.inHeight() * s.inWidth()];
        long out = 0;
        for (int p = 0; p < s.planes(); p++) {
            for (int i = 0; i < s.outHeight(); i++) {
                double u = s.place(i, s.inHeight(), s.outHeight());
                for (int j = 0; j < s.outWidth(); j++) {
                    double v = s.place(j, s.inWidth(), s.outWidth());
                    double dyHere = type.read(dy, out++);
                    for (int corner = 0; corner < 4; corner++) {
                        double weight = weight(u, corner >> 1) * weight(v, corner & 1);
                        sums[corner(u, v, corner, s)] += weight * dyHere;
                    }
                }
            }
            flush(dx, p, sums, type);
        }
    }
}
