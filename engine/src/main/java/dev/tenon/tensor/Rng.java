package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.Philox;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// An immutable source of random numbers: a key and a stream of the counter-based generator
/// [Philox].
///
/// Every method is a function of key, stream and element number alone: the same source asked twice
/// gives the same numbers, for any number of threads, any backend and any machine. Fresh numbers
/// come from a fresh source, [#derive(long...)]: one per step, image or layer, so that what an
/// image gets does not depend on what else is in its batch.
///
/// ```java
/// Rng rng = Rng.of(1337);
/// Tensor noise = rng.derive("noise").derive(step).normal(DType.F32, Shape.of(64, 1, 8, 8));
/// ```
///
/// @param key the generator's key: the seed of an underived source
/// @param stream high half of the generator's counter; 0 in an underived source
public record Rng(long key, long stream) {
    // Deriving runs the same bijection as drawing; other keys keep the two apart.
    private static final long DERIVE_NUMBER = 0x6A09E667F3BCC908L; // square root of 2, fraction
    private static final long DERIVE_NAME = 0x3C6EF372FE94F82BL; // square root of 5, fraction
    private static final long FNV_START = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    /// Returns the source of a seed: any number, 0 included.
    public static Rng of(long seed) {
        return new Rng(seed, 0);
    }

    /// Returns the source that is this one's child under `tags`, one generation per tag: its
    /// numbers are independent of this one's and of every other child's.
    ///
    /// Key and stream of the child are the block of [Philox] at counter (tag, stream) under a
    /// changed key: a bijection of the tag, so that children with different tags always differ.
    public Rng derive(long... tags) {
        Rng child = this;
        for (long tag : tags) {
            child = child.child(tag, DERIVE_NUMBER);
        }
        return child;
    }

    /// Returns the source that is this one's child under a name, independent of the children under
    /// numbers.
    ///
    /// The tag is the 64-bit FNV-1a hash of the name's UTF-8 bytes.
    public Rng derive(String tag) {
        long hash = FNV_START;
        for (byte b : tag.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return child(hash, DERIVE_NAME);
    }

    private Rng child(long tag, long domain) {
        int[] words = new int[4];
        Philox.block(words, key ^ domain, stream, tag);
        return new Rng(join(words[0], words[1]), join(words[2], words[3]));
    }

    private static long join(int low, int high) {
        return (long) high << 32 | Integer.toUnsignedLong(low);
    }

    // ---- tensors

    /// Returns numbers uniform in `[0, 1)`: multiples of 2^-24 in F32, of 2^-53 in F64.
    ///
    /// @throws ShapeException if the type is not F32 or F64
    public Tensor uniform(DType type, Shape shape) {
        return uniform(type, shape, 0, 1);
    }

    /// Returns numbers uniform in `[lo, hi)`.
    ///
    /// @throws ShapeException if the type is not F32 or F64
    /// @throws TenonException if `lo < hi` does not hold
    public Tensor uniform(DType type, Shape shape, double lo, double hi) {
        checkFloating("uniform", type);
        if (!(lo < hi) || Double.isInfinite(hi - lo)) {
            throw new TenonException(
                    "uniform: lo < hi must hold and both be finite; got lo " + lo + ", hi " + hi);
        }
        Tensor y = Tensor.empty(type, shape);
        Backend.kernels()
                .random()
                .uniform(y.segment(), 0, shape.count(), key, stream, lo, hi, type);
        return y;
    }

    /// Returns standard normal numbers: mean 0, variance 1, up to 6.6 in size in F32 and 8.5 in
    /// F64.
    ///
    /// @throws ShapeException if the type is not F32 or F64
    public Tensor normal(DType type, Shape shape) {
        return normal(type, shape, 0L);
    }

    /// Returns standard normal numbers, the elements from number `first` on: any part of a tensor
    /// can be made on its own.
    ///
    /// @param first number of the first element, at least 0
    /// @throws ShapeException if the type is not F32 or F64
    public Tensor normal(DType type, Shape shape, long first) {
        checkFloating("normal", type);
        if (first < 0) {
            throw new TenonException("normal: first must be at least 0; got " + first);
        }
        Tensor y = Tensor.empty(type, shape);
        Backend.kernels()
                .random()
                .normal(y.segment(), first, shape.count(), key, stream, 0, 1, type);
        return y;
    }

    /// Returns normal numbers with a mean and a standard deviation.
    ///
    /// @throws ShapeException if the type is not F32 or F64
    public Tensor normal(DType type, Shape shape, double mean, double deviation) {
        checkFloating("normal", type);
        Tensor y = Tensor.empty(type, shape);
        Backend.kernels()
                .random()
                .normal(y.segment(), 0, shape.count(), key, stream, mean, deviation, type);
        return y;
    }

    /// Returns a batch of standard normal numbers in which row `i` is `derive(tags[i]).normal(type,
    /// row)`: what a row gets depends on its tag alone, not on the batch.
    ///
    /// @param row the shape of one row
    /// @param tags one per row: the numbers of images, say
    /// @return `[tags.length, row...]`
    /// @throws ShapeException if the type is not F32 or F64
    public Tensor normalRows(DType type, Shape row, long... tags) {
        checkFloating("normalRows", type);
        int[] sizes = new int[row.rank() + 1];
        sizes[0] = tags.length;
        System.arraycopy(row.sizes(), 0, sizes, 1, row.rank());
        Tensor y = Tensor.empty(type, Shape.of(sizes));
        long bytes = type.bytes(row.count());
        for (int i = 0; i < tags.length; i++) {
            Rng source = derive(tags[i]);
            Backend.kernels()
                    .random()
                    .normal(
                            y.segment().asSlice(i * bytes, bytes),
                            0,
                            row.count(),
                            source.key,
                            source.stream,
                            0,
                            1,
                            type);
        }
        return y;
    }

    /// Returns BOOL elements that are true with probability `p`, to 24 bits.
    ///
    /// @throws TenonException if `p` is outside `[0, 1]`
    public Tensor bernoulli(Shape shape, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new TenonException("bernoulli: p must be in [0, 1]; got " + p);
        }
        Tensor u = uniform(DType.F32, shape);
        return ElementwiseOps.binary(BinaryOp.LESS, u, Tensor.scalar(DType.F32, p));
    }

    private static void checkFloating(String op, DType type) {
        if (!type.isArithmetic()) {
            throw new ShapeException(op + ": the type must be F32 or F64; got " + type);
        }
    }

    // ---- integers

    /// Returns `count` integers, each uniform in `[lo, hi)` without bias.
    ///
    /// @throws TenonException if `lo < hi` does not hold
    public long[] integers(int count, long lo, long hi) {
        if (lo >= hi) {
            throw new TenonException("integers: lo < hi must hold; got lo " + lo + ", hi " + hi);
        }
        int[] words = new int[4];
        long[] values = new long[count];
        Arrays.setAll(values, i -> lo + below(hi - lo, i, words));
        return values;
    }

    /// Returns the numbers 0 to `n - 1` in random order, each order as likely as the others.
    ///
    /// @throws TenonException if `n` is negative
    public long[] permutation(int n) {
        if (n < 0) {
            throw new TenonException("permutation: n must be at least 0; got " + n);
        }
        long[] order = new long[n];
        Arrays.setAll(order, i -> i);
        int[] words = new int[4];
        for (int i = n - 1; i > 0; i--) { // Fisher and Yates
            int j = (int) below(i + 1L, i, words);
            long held = order[i];
            order[i] = order[j];
            order[j] = held;
        }
        return order;
    }

    /// Returns element `i` of numbers uniform in `[0, bound)`, `bound` unsigned: the high half of a
    /// 64-bit random number times `bound`, drawn again in the rare case that would favour some
    /// results (Lemire, "Fast random integer generation in an interval", 2019).
    private long below(long bound, long i, int[] words) {
        long unfair = Long.remainderUnsigned(-bound, bound); // 2^64 mod bound
        for (Rng source = this; ; source = source.derive(i)) {
            Philox.block(words, source.key, source.stream, i);
            for (int half = 0; half < 4; half += 2) {
                long drawn = join(words[half], words[half + 1]);
                if (Long.compareUnsigned(drawn * bound, unfair) >= 0) {
                    return Math.unsignedMultiplyHigh(drawn, bound);
                }
            }
        }
    }
}
