package dev.tenon.dtype;

import java.lang.foreign.MemorySegment;

/// How the weights of a language model lie in memory: rows of blocks, each of a few numbers.
///
/// Not a [DType]: an element of a quantised block has no address and no size in bytes, and cannot
/// be written without its neighbours, so none of what tensors do with their elements holds for it.
/// A block format is what a file stores and what matrix products read.
public enum BlockFormat {
    /// IEEE 754 binary16; each number is a block.
    F16(1, 2),
    /// The upper half of a binary32; each number is a block.
    BF16(1, 2),
    /// 32 signed bytes and a scale: [dev.tenon.dtype.Q8_0].
    Q8_0(dev.tenon.dtype.Q8_0.ELEMENTS, dev.tenon.dtype.Q8_0.BYTES),
    /// 32 times four bits and a scale: [dev.tenon.dtype.Q4_0].
    Q4_0(dev.tenon.dtype.Q4_0.ELEMENTS, dev.tenon.dtype.Q4_0.BYTES);

    private final int elements;
    private final int bytes;

    BlockFormat(int elements, int bytes) {
        this.elements = elements;
        this.bytes = bytes;
    }

    /// Returns the numbers in a block.
    public int elements() {
        return elements;
    }

    /// Returns the size of a block in bytes.
    public int bytes() {
        return bytes;
    }

    /// Returns the size of `count` numbers in bytes.
    ///
    /// @throws IllegalArgumentException if they do not fill their last block
    public long bytes(long count) {
        if (count % elements != 0) {
            throw new IllegalArgumentException(
                    "block format: numbers of type "
                            + this
                            + " come in blocks of "
                            + elements
                            + "; got "
                            + count);
        }
        return count / elements * bytes;
    }

    /// Says whether numbers are integer codes times a scale of their block.
    public boolean isQuantised() {
        return elements > 1;
    }

    /// Returns the scale of the quantised block at byte `at`; 1 where there is none.
    public float scale(MemorySegment blocks, long at) {
        return switch (this) {
            case F16, BF16 -> 1;
            case Q8_0 -> dev.tenon.dtype.Q8_0.scale(blocks, at);
            case Q4_0 -> dev.tenon.dtype.Q4_0.scale(blocks, at);
        };
    }

    /// Returns the integer that, times the scale, is number `i` of the quantised block at byte
    /// `at`.
    ///
    /// @throws IllegalStateException if the format is not quantised
    public int code(MemorySegment blocks, long at, int i) {
        return switch (this) {
            case F16, BF16 ->
                    throw new IllegalStateException("block format: " + this + " has no codes");
            case Q8_0 -> dev.tenon.dtype.Q8_0.code(blocks, at, i);
            case Q4_0 -> dev.tenon.dtype.Q4_0.code(blocks, at, i);
        };
    }

    /// Writes F32 numbers as blocks: F16 and BF16 rounded to nearest even, quantised blocks as
    /// their classes say.
    ///
    /// @param blocks where they go, from its beginning
    /// @param numbers F32, from its beginning
    /// @param count numbers, whole blocks
    public void quantise(MemorySegment blocks, MemorySegment numbers, long count) {
        long size = bytes(count);
        for (long at = 0, first = 0; at < size; at += bytes, first += elements) {
            switch (this) {
                case F16 -> DType.F16.write(blocks, first, DType.F32.read(numbers, first));
                case BF16 -> DType.BF16.write(blocks, first, DType.F32.read(numbers, first));
                case Q8_0 -> dev.tenon.dtype.Q8_0.quantise(blocks, at, numbers, first);
                case Q4_0 -> dev.tenon.dtype.Q4_0.quantise(blocks, at, numbers, first);
            }
        }
    }

    /// Reads blocks as F32 numbers; exact, except that a product with a scale is rounded to F32
    /// where it does not fit, which the scales of F16 never cause.
    ///
    /// @param numbers F32, where they go, from its beginning
    /// @param blocks from its beginning
    /// @param count numbers, whole blocks
    public void dequantise(MemorySegment numbers, MemorySegment blocks, long count) {
        long size = bytes(count);
        for (long at = 0, first = 0; at < size; at += bytes, first += elements) {
            switch (this) {
                case F16 -> DType.F32.write(numbers, first, DType.F16.read(blocks, first));
                case BF16 -> DType.F32.write(numbers, first, DType.BF16.read(blocks, first));
                case Q8_0, Q4_0 -> {
                    float scale = scale(blocks, at);
                    for (int i = 0; i < elements; i++) {
                        numbers.set(DType.FLOAT, 4 * (first + i), code(blocks, at, i) * scale);
                    }
                }
            }
        }
    }
}
