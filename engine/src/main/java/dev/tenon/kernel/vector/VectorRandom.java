package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BoxMuller;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.Philox;
import dev.tenon.kernel.RandomKernel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The family Random on the Vector API: random numbers from a counter.
///
/// A lane holds one block of [Philox], its words in the low halves of four vectors of longs; so
/// vectors of neighbouring blocks write neighbouring elements. The arithmetic is that of the
/// definition, operation by operation, and gives the same bits. Whole chunks of F32 go through
/// here; the definition does the ends that fill no chunk.
///
/// A chunk's words, radii and angles pass from step to step through small arrays, a pair per piece:
/// inlined into one method the steps exceed what the compiler takes, and it would box the vectors.
public final class VectorRandom implements RandomKernel {
    private static final VectorSpecies<Long> L = Lanes.LONGS;
    private static final VectorSpecies<Double> D = Lanes.DOUBLES;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final long LOW = 0xFFFFFFFFL;
    private static final long CHUNK = CHUNK_BLOCKS * 4L; // elements
    private static final long PIECE = CHUNK * 64; // elements that a thread takes at a time

    private static final double[] LOG_TERMS = BoxMuller.logTerms();
    private static final double[] COS_TERMS = BoxMuller.cosTerms();
    private static final double[] SIN_TERMS = BoxMuller.sinTerms();

    /// The bits of 2^52: a long below 2^52 in its low bits makes the double 2^52 + that long.
    private static final long MAGIC_BITS = Double.doubleToRawLongBits(0x1p52);

    /// Vectors of as many floats as [#D] has doubles; where there are none, the definition does
    /// all.
    private static final VectorSpecies<Float> F =
            Lanes.SHAPE.vectorBitSize() >= 128
                    ? VectorSpecies.of(
                            float.class, VectorShape.forBitSize(Lanes.SHAPE.vectorBitSize() / 2))
                    : FloatVector.SPECIES_64;

    private static final LongVector IOTA = LongVector.zero(L).addIndex(1);

    private final RandomKernel below;

    /// @param below the backend that does what has no vector form
    public VectorRandom(RandomKernel below) {
        this.below = below;
    }

    private static boolean fits(DType type) {
        return type == DType.F32 && F.length() == D.length();
    }

    /// What is done with the words of one chunk, word `j` of block `b` at `words[16 * j + b]`.
    @FunctionalInterface
    private interface Chunk {
        /// @param at byte of the chunk's first element in the output
        /// @param polar room for a number per word
        void fill(long at, long[] words, double[] polar);
    }

    /// Runs `chunk` for all whole chunks in the elements `[first, first + count)` and `ends` for
    /// the rest.
    private static void split(
            long first, long count, long key, long stream, Chunk chunk, Parallel.Range ends) {
        long start = Math.min((first + CHUNK - 1) / CHUNK * CHUNK, first + count);
        long end = Math.max(start, (first + count) / CHUNK * CHUNK);
        if (first < start) {
            ends.run(first, start);
        }
        Parallel.range(
                end - start,
                PIECE,
                (from, to) -> {
                    long[] words = new long[(int) CHUNK];
                    double[] polar = new double[(int) CHUNK];
                    for (long i = start + from; i < start + to; i += CHUNK) {
                        for (int b = 0; b < CHUNK_BLOCKS; b += L.length()) {
                            blocks(words, b, key, stream, i / 4 + b);
                        }
                        chunk.fill((i - first) * 4, words, polar);
                    }
                });
        if (end < first + count) {
            ends.run(end, first + count);
        }
    }

    /// Writes the words of the blocks from `block` on, one per lane, to `words[at]`, `words[at +
    /// 16]` and so on.
    private static void blocks(long[] words, int at, long key, long stream, long block) {
        LongVector c0 = IOTA.add(block & LOW);
        LongVector c1 = LongVector.broadcast(L, block >>> 32);
        LongVector c2 = LongVector.broadcast(L, stream & LOW);
        LongVector c3 = LongVector.broadcast(L, stream >>> 32);
        LongVector m0 = LongVector.broadcast(L, Philox.MULTIPLIER_0);
        LongVector m1 = LongVector.broadcast(L, Philox.MULTIPLIER_1);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < Philox.ROUNDS; round++) {
            LongVector p0 = c0.and(LOW).mul(m0.and(LOW)); // the masks ask for one 32-bit product
            LongVector p1 = c2.and(LOW).mul(m1.and(LOW));
            c0 = high(p1).lanewise(VectorOperators.XOR, c1).lanewise(VectorOperators.XOR, k0 & LOW);
            c2 = high(p0).lanewise(VectorOperators.XOR, c3).lanewise(VectorOperators.XOR, k1 & LOW);
            c1 = p1.and(LOW);
            c3 = p0.and(LOW);
            k0 += Philox.WEYL_0;
            k1 += Philox.WEYL_1;
        }
        c0.intoArray(words, at);
        c1.intoArray(words, at + CHUNK_BLOCKS);
        c2.intoArray(words, at + 2 * CHUNK_BLOCKS);
        c3.intoArray(words, at + 3 * CHUNK_BLOCKS);
    }

    private static LongVector high(LongVector a) {
        return a.lanewise(VectorOperators.LSHR, 32);
    }

    /// Lanes below 2^52 as doubles, exactly: few machines have an instruction for it.
    private static DoubleVector toDouble(LongVector a) {
        return a.or(MAGIC_BITS).reinterpretAsDoubles().sub(0x1p52);
    }

    private static void store(DoubleVector v, MemorySegment y, long at) {
        v.convertShape(VectorOperators.D2F, F, 0).intoMemorySegment(y, at, ORDER);
    }

    private static MemorySegment part(MemorySegment y, long from, long to) {
        return y.asSlice(from * 4, (to - from) * 4);
    }

    // ---- uniform

    @Override
    public void uniform(
            MemorySegment y,
            long first,
            long count,
            long key,
            long stream,
            double lo,
            double hi,
            DType type) {
        if (!fits(type)) {
            below.uniform(y, first, count, key, stream, lo, hi, type);
            return;
        }
        double top = Math.nextDown((float) hi);
        split(
                first,
                count,
                key,
                stream,
                (at, words, polar) -> uniform(y, at, words, lo, hi - lo, top),
                (from, to) ->
                        below.uniform(
                                part(y, from - first, to - first),
                                from,
                                to - from,
                                key,
                                stream,
                                lo,
                                hi,
                                type));
    }

    private static void uniform(
            MemorySegment y, long at, long[] words, double lo, double width, double top) {
        for (int i = 0; i < CHUNK; i += L.length()) {
            LongVector word = LongVector.fromArray(L, words, i);
            DoubleVector u = toDouble(word.lanewise(VectorOperators.LSHR, 8)).mul(0x1p-24);
            store(u.mul(width).add(lo).min(top), y, at + 4L * i);
        }
    }

    // ---- normal

    @Override
    public void normal(
            MemorySegment y,
            long first,
            long count,
            long key,
            long stream,
            double mean,
            double deviation,
            DType type) {
        if (!fits(type)) {
            below.normal(y, first, count, key, stream, mean, deviation, type);
            return;
        }
        split(
                first,
                count,
                key,
                stream,
                (at, words, polar) -> {
                    for (int i = 0; i < CHUNK; i += 2 * CHUNK_BLOCKS) { // two words, two normals
                        radii(polar, words, i);
                        angles(polar, words, i + CHUNK_BLOCKS);
                        pairs(y, at + 4L * i, polar, words, i + CHUNK_BLOCKS, mean, deviation);
                    }
                },
                (from, to) ->
                        below.normal(
                                part(y, from - first, to - first),
                                from,
                                to - from,
                                key,
                                stream,
                                mean,
                                deviation,
                                type));
    }

    /// `polar[i] = sqrt(-2 ln u)`, `u` from `words[at + i]`, as [BoxMuller] has it.
    private static void radii(double[] polar, long[] words, int at) {
        for (int i = 0; i < CHUNK_BLOCKS; i += L.length()) {
            LongVector word = LongVector.fromArray(L, words, at + i);
            log(toDouble(word.add(1)).mul(0x1p-32)).mul(-2).sqrt().intoArray(polar, i);
        }
    }

    private static DoubleVector log(DoubleVector u) {
        LongVector bits = u.reinterpretAsLongs();
        LongVector biased =
                bits.sub(BoxMuller.SQRT_HALF_BITS)
                        .add(BoxMuller.ONE_BITS)
                        .lanewise(VectorOperators.LSHR, 52);
        DoubleVector m =
                bits.add(BoxMuller.ONE_BITS)
                        .sub(biased.lanewise(VectorOperators.LSHL, 52))
                        .reinterpretAsDoubles();
        DoubleVector s = m.sub(1).div(m.add(1));
        DoubleVector k = toDouble(biased).sub(1023);
        return k.mul(BoxMuller.LN_2).add(s.mul(2).mul(series(LOG_TERMS, s.mul(s))));
    }

    private static DoubleVector series(double[] terms, DoubleVector z) {
        DoubleVector square = z.mul(z);
        DoubleVector even = DoubleVector.zero(D);
        DoubleVector odd = DoubleVector.zero(D);
        for (int i = terms.length - 2; i >= 0; i -= 2) {
            even = even.mul(square).add(terms[i]);
            odd = odd.mul(square).add(terms[i + 1]);
        }
        return even.add(z.mul(odd));
    }

    /// `polar[16 + i]` and `polar[32 + i]` become cosine and sine of the place in a quarter of the
    /// circle that `words[at + i]` says.
    private static void angles(double[] polar, long[] words, int at) {
        for (int i = 0; i < CHUNK_BLOCKS; i += L.length()) {
            LongVector word = LongVector.fromArray(L, words, at + i).and(0x3FFFFFFFL);
            DoubleVector x = toDouble(word).mul(0x1p-30).sub(0.5).mul(Math.PI / 2);
            DoubleVector z = x.mul(x);
            series(COS_TERMS, z).intoArray(polar, CHUNK_BLOCKS + i);
            x.mul(series(SIN_TERMS, z)).intoArray(polar, 2 * CHUNK_BLOCKS + i);
        }
    }

    /// Writes 16 normal numbers and their partners 16 further on.
    ///
    /// @param words the upper two bits of `words[at + i]` say in which quarter number `i` is
    private static void pairs(
            MemorySegment y,
            long start,
            double[] polar,
            long[] words,
            int at,
            double mean,
            double deviation) {
        for (int i = 0; i < CHUNK_BLOCKS; i += L.length()) {
            DoubleVector r = DoubleVector.fromArray(D, polar, i);
            LongVector cos =
                    DoubleVector.fromArray(D, polar, CHUNK_BLOCKS + i).reinterpretAsLongs();
            LongVector sin =
                    DoubleVector.fromArray(D, polar, 2 * CHUNK_BLOCKS + i).reinterpretAsLongs();
            LongVector quarter =
                    LongVector.fromArray(L, words, at + i).lanewise(VectorOperators.LSHR, 30);
            LongVector swapped = quarter.and(1).neg(); // all bits or none
            LongVector change = cos.lanewise(VectorOperators.XOR, sin).and(swapped);
            DoubleVector a = signed(cos.lanewise(VectorOperators.XOR, change), quarter.add(1));
            DoubleVector b = signed(sin.lanewise(VectorOperators.XOR, change), quarter);
            store(r.mul(a).mul(deviation).add(mean), y, start + 4L * i);
            store(r.mul(b).mul(deviation).add(mean), y, start + 4L * (CHUNK_BLOCKS + i));
        }
    }

    /// The doubles of these bits, negative where `quarter` is 2 or 3 (mod 4).
    private static DoubleVector signed(LongVector bits, LongVector quarter) {
        LongVector sign = quarter.and(2).lanewise(VectorOperators.LSHL, 62);
        return bits.lanewise(VectorOperators.XOR, sign).reinterpretAsDoubles();
    }

    // ---- dropout

    @Override
    public void dropout(
            MemorySegment y,
            MemorySegment x,
            long first,
            long count,
            double p,
            long key,
            long stream,
            DType type) {
        if (!fits(type)) {
            below.dropout(y, x, first, count, p, key, stream, type);
            return;
        }
        long threshold = (long) (p * 0x1p32);
        double scale = 1 / (1 - p);
        split(
                first,
                count,
                key,
                stream,
                (at, words, polar) -> dropout(y, x, at, words, threshold, scale),
                (from, to) ->
                        below.dropout(
                                part(y, from - first, to - first),
                                part(x, from - first, to - first),
                                from,
                                to - from,
                                p,
                                key,
                                stream,
                                type));
    }

    private static void dropout(
            MemorySegment y, MemorySegment x, long at, long[] words, long threshold, double scale) {
        for (int i = 0; i < CHUNK; i += L.length()) {
            LongVector word = LongVector.fromArray(L, words, i);
            VectorMask<Long> dropped = word.compare(VectorOperators.LT, threshold);
            FloatVector value = FloatVector.fromMemorySegment(F, x, at + 4L * i, ORDER);
            DoubleVector scaled =
                    ((DoubleVector) value.convertShape(VectorOperators.F2D, D, 0)).mul(scale);
            store(scaled.blend(0, dropped.cast(D)), y, at + 4L * i);
        }
    }
}
