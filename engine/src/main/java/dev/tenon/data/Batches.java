package dev.tenon.data;

import dev.tenon.tensor.Rng;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The row numbers of each training step, so that training resumes from nothing but the number of
/// the step.
///
/// Step s belongs to epoch `e = s / perEpoch` and is number `s mod perEpoch` in it. Epoch e takes
/// the rows in the order `rng.derive(e).permutation(count)`, a pure function of the generator and
/// e: which steps were asked for before does not matter, nor on which thread.
public final class Batches {
    private final int count;
    private final int size;
    private final long perEpoch;
    private final @Nullable Rng rng;
    private @Nullable Order last;

    /// What to do with the rows that are left at the end of an epoch when the batch size does not
    /// divide their number.
    public enum Rest {
        /// Leave them out of this epoch, so that every batch has the same size.
        DROP,
        /// Make them a smaller last batch.
        KEEP
    }

    private record Order(long epoch, long[] rows) {}

    private Batches(int count, int size, Rest rest, @Nullable Rng rng) {
        if (count < 1 || size < 1) {
            throw new DataException(
                    "batches: count and size must be at least 1; got "
                            + count
                            + " rows and batches of "
                            + size);
        }
        if (rest == Rest.DROP && size > count) {
            throw new DataException(
                    "batches: size must be at most the number of rows when the rest is dropped; got "
                            + size
                            + " for "
                            + count
                            + " rows. Keep the rest or take smaller batches");
        }
        this.count = count;
        this.size = size;
        this.perEpoch = rest == Rest.DROP ? count / size : ((long) count + size - 1) / size;
        this.rng = rng;
    }

    /// Returns batches of rows in an order that is new in each epoch.
    ///
    /// @param count number of rows, at least 1
    /// @param size rows per batch, at least 1
    /// @param rest what to do with the rows left over
    /// @param rng decides the order of every epoch
    /// @throws DataException if a number is below 1, or no batch is left
    public static Batches shuffled(int count, int size, Rest rest, Rng rng) {
        return new Batches(count, size, rest, rng);
    }

    /// Returns batches of rows in their own order, the same in each epoch: for evaluation.
    ///
    /// @param count number of rows, at least 1
    /// @param size rows per batch, at least 1
    /// @param rest what to do with the rows left over
    /// @throws DataException if a number is below 1, or no batch is left
    public static Batches ordered(int count, int size, Rest rest) {
        return new Batches(count, size, rest, null);
    }

    /// Returns the number of batches in an epoch.
    public long perEpoch() {
        return perEpoch;
    }

    /// Returns the epoch that `step` belongs to, from 0.
    ///
    /// @param step from 0
    public long epoch(long step) {
        return checked(step) / perEpoch;
    }

    /// Returns the row numbers of `step`.
    ///
    /// @param step from 0; it may go on over any number of epochs
    /// @throws DataException if step is negative
    public long[] at(long step) {
        long epoch = epoch(step);
        int from = (int) (step % perEpoch * size);
        int to = (int) Math.min(count, (long) from + size);
        if (rng == null) {
            long[] rows = new long[to - from];
            Arrays.setAll(rows, i -> from + i);
            return rows;
        }
        return Arrays.copyOfRange(order(rng, epoch), from, to);
    }

    /// Returns the order of `epoch`, which the steps of an epoch share.
    private synchronized long[] order(Rng source, long epoch) {
        Order order = last;
        if (order == null || order.epoch != epoch) {
            order = new Order(epoch, source.derive(epoch).permutation(count));
            last = order;
        }
        return order.rows;
    }

    private static long checked(long step) {
        if (step < 0) {
            throw new DataException("batches: step must be at least 0; got " + step);
        }
        return step;
    }
}
