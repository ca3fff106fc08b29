package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel.Sizes;
import java.lang.foreign.MemorySegment;

/// How far off attention and its gradients may be: the formulas of [AttentionKernel], each with
/// what it loses. With `R(n) u` the error of a sum of n terms in proportion to their sizes:
///
/// - a score: `(R(size) + 2) u scale sum |q k|`, which is a relative error of its weight
/// - a weight `e^(score - top)`, relatively: both scores' errors, `2 u |score - top|` for the
///   difference and 6u for the exponential; the least may be 0 ([Enclosure#flushed])
/// - the result: the weights' errors as they count, and `R(keys) u`
/// - gradients: the same of `p (dy v - common)`, then of the sums over keys or queries
final class AttentionBounds {
    private final Sizes n;
    private final double scale;
    private final DType type;
    private final double u;
    private final MemorySegment q;
    private final MemorySegment k;
    private final MemorySegment v;

    // of the row of scores that was asked for last
    private long row = -1;
    private final double[] scores;
    private final double[] scoreErrors;
    private double top;
    private double topError;
    private double total; // of weights
    private double totalError; // relatively

    // of the gradients: values, then errors
    private double[][] dq = new double[2][];
    private double[][] dk = new double[2][];
    private double[][] dv = new double[2][];

    AttentionBounds(
            Sizes n, double scale, DType type, MemorySegment q, MemorySegment k, MemorySegment v) {
        this.n = n;
        this.scale = scale;
        this.type = type;
        this.q = q;
        this.k = k;
        this.v = v;
        u = Enclosure.unit(type);
        scores = new double[n.keys()];
        scoreErrors = new double[n.keys()];
    }

    private double flushed() {
        return Enclosure.flushed(type);
    }

    private void scores(long newRow) {
        double units = Enclosure.roundings(type, n.size()) + 2;
        for (int j = 0; j < n.keys(); j++) {
            double sum = 0;
            double sizes = 0;
            double lost = 0; // where scaled queries and products are denormals
            for (int e = 0; e < n.size(); e++) {
                lost += (1 + Math.abs(type.read(k, key(newRow, j, e)))) * Enclosure.least(type);
                double product =
                        type.read(q, newRow * n.size() + e) * type.read(k, key(newRow, j, e));
                sum += product;
                sizes += Math.abs(product);
            }
            scores[j] = scale * sum;
            boolean finite = Double.isFinite(sizes); // otherwise the score is not, for certain
            scoreErrors[j] = finite ? units * u * Math.abs(scale) * sizes + lost : 0;
        }
    }

    private long key(long ofRow, int j, int e) {
        return (ofRow / n.queries() * n.keys() + j) * n.size() + e;
    }

    private long value(long ofRow, int j, int e) {
        return (ofRow / n.queries() * n.keys() + j) * n.valueSize() + e;
    }

    private void turnTo(long newRow) {
        if (newRow == row) {
            return;
        }
        row = newRow;
        scores(row);
        top = Double.NEGATIVE_INFINITY;
        topError = 0;
        for (int j = 0; j < n.keys(); j++) {
            top = Math.max(top, scores[j]);
            topError = Math.max(topError, scoreErrors[j]);
        }
        total = 0;
        double off = 0;
        for (int j = 0; j < n.keys(); j++) {
            double weight = Math.exp(scores[j] - top);
            total += weight;
            off += weight == 0 ? 0 : weight * error(j);
        }
        totalError = off / total + Enclosure.roundings(type, n.keys()) * u;
    }

    /// The relative error of weight `j`, which has the largest score's as well.
    private double error(int j) {
        return Math.expm1(scoreErrors[j] + topError + (2 * Math.abs(scores[j] - top) + 6) * u);
    }

    /// The two numbers of a row.
    Enclosure row(int i) {
        turnTo(i / 2);
        if (!Double.isFinite(top)) {
            return Enclosure.of(type, Double.NaN);
        }
        return i % 2 == 0
                ? Enclosure.of(type, top).loosened(topError).off(1)
                : Enclosure.of(type, 1 / total).loosened(totalError / total).off(1);
    }

    Enclosure result(int i) {
        turnTo(i / n.valueSize());
        int e = i % n.valueSize();
        double sum = 0;
        double sizes = 0;
        double off = 0;
        boolean vague = false;
        for (int j = 0; j < n.keys(); j++) {
            double weight = Math.exp(scores[j] - top);
            double number = type.read(v, value(row, j, e));
            sum += weight * number;
            // a weight that is 0 in the type times infinity
            vague |= Double.isInfinite(number) && weight > 0 && weight < 2 * flushed();
            if (Double.isFinite(number)) {
                sizes += Math.abs(weight * number);
                off += Math.abs(number) * ((weight == 0 ? 0 : weight * error(j)) + flushed());
            }
        }
        if (vague) {
            return Enclosure.any(type);
        }
        double y = sum / total;
        if (!Double.isFinite(y)) {
            return Enclosure.of(type, y);
        }
        double units = Enclosure.roundings(type, n.keys()) + 2;
        double error = (off + units * u * sizes) / total + Math.abs(y) * totalError;
        return Enclosure.of(type, y).loosened(error).off(1);
    }

    // ---- gradients

    Enclosure ofQueries(int i) {
        return result(dq, i);
    }

    Enclosure ofKeys(int i) {
        return result(dk, i);
    }

    Enclosure ofValues(int i) {
        return result(dv, i);
    }

    private Enclosure result(double[][] gradient, int i) {
        double value = gradient[0][i];
        double error = gradient[1][i];
        if (Double.isNaN(error) && !Double.isNaN(value) || error == Double.POSITIVE_INFINITY) {
            return Enclosure.any(type);
        }
        double least = Enclosure.least(type) * Math.max(n.keys(), n.queries()); // a term each
        return Double.isFinite(value)
                ? Enclosure.of(type, value).loosened(error + least).off(1)
                : Enclosure.of(type, value);
    }

    /// Works out all gradients.
    ///
    /// @param dy gradient of the result
    /// @param y the result
    /// @param rows the two numbers of each row
    void gradients(MemorySegment dy, MemorySegment y, MemorySegment rows) {
        dq = new double[2][n.batch() * n.queries() * n.size()];
        dk = new double[2][n.batch() * n.keys() * n.size()];
        dv = new double[2][n.batch() * n.keys() * n.valueSize()];
        for (long at = 0; at < (long) n.batch() * n.queries(); at++) {
            scores(at);
            double common = 0;
            double commonSizes = 0;
            for (int e = 0; e < n.valueSize(); e++) {
                long i = at * n.valueSize() + e;
                common += type.read(dy, i) * type.read(y, i);
                commonSizes += Math.abs(type.read(dy, i) * type.read(y, i));
            }
            for (int j = 0; j < n.keys(); j++) {
                key(dy, rows, at, j, common, commonSizes);
            }
        }
    }

    private void key(
            MemorySegment dy,
            MemorySegment rows,
            long at,
            int j,
            double common,
            double commonSizes) {
        double difference = scores[j] - type.read(rows, 2 * at);
        double p = Math.exp(difference) * type.read(rows, 2 * at + 1);
        double pError =
                flushed()
                        + (p == 0
                                ? 0
                                : p
                                        * Math.expm1(
                                                scoreErrors[j]
                                                        + (2 * Math.abs(difference) + 8) * u));
        double sum = 0;
        double sizes = 0;
        for (int e = 0; e < n.valueSize(); e++) {
            double product = type.read(dy, at * n.valueSize() + e) * type.read(v, value(at, j, e));
            sum += product;
            sizes += Math.abs(product);
        }
        double units = Enclosure.roundings(type, n.valueSize());
        double slope = sum - common;
        double slopeError = units * u * (sizes + commonSizes) + 2 * u * Math.abs(slope);
        double ds = p * slope * scale;
        double size = Math.abs(scale);
        double dsError =
                size * (pError * (Math.abs(slope) + slopeError) + p * slopeError)
                        + 2 * u * Math.abs(ds)
                        + 4 * (1 + size) * Enclosure.least(type); // of four operations
        double ofQuery = dsError + Enclosure.roundings(type, n.keys()) * u * Math.abs(ds);
        double byQueries = Enclosure.roundings(type, n.queries()) * u;
        for (int e = 0; e < n.size(); e++) {
            long to = at * n.size() + e;
            long other = key(at, j, e);
            add(dq, to, ds, ofQuery, type.read(k, other));
            add(dk, other, ds, dsError + byQueries * Math.abs(ds), type.read(q, to));
            // the scale may be a factor of the query, which loses the least if that is a denormal
            dk[1][(int) other] += Enclosure.least(type) * Math.abs(p * slope);
        }
        for (int e = 0; e < n.valueSize(); e++) {
            double up = type.read(dy, at * n.valueSize() + e);
            add(dv, value(at, j, e), p, pError + byQueries * p, up);
        }
    }

    private static void add(double[][] to, long i, double factor, double error, double number) {
        to[0][(int) i] += factor * number;
        to[1][(int) i] += error * Math.abs(number);
    }
}
