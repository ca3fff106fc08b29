package dev.tenon.dtype;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/// The type of a tensor's elements: its size in bytes and how one element is read and written.
///
/// Arithmetic runs in [#F64] and [#F32]; indices are [#I64] or [#I32]; [#F16] and [#BF16] are
/// storage only and are converted on the way in and out. All are little-endian, as in safetensors.
public enum DType {
    /// IEEE 754 binary64.
    F64(8, true),
    /// IEEE 754 binary32, the default of every layer.
    F32(4, true),
    /// IEEE 754 binary16: 11 bits of precision, largest value 65504. Storage only.
    F16(2, true),
    /// The upper half of a binary32: 8 bits of precision, the range of F32. Storage only.
    BF16(2, true),
    /// Signed 64-bit integer, the default of indices and labels.
    I64(8, false),
    /// Signed 32-bit integer.
    I32(4, false),
    /// Unsigned 8-bit integer, the pixels of images.
    U8(1, false),
    /// One byte, 0 or 1.
    BOOL(1, false);

    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /// Returns the size of one element in bytes.
    public int bytes() {
        return bytes;
    }

    /// Returns the size of `count` elements in bytes.
    public long bytes(long count) {
        return count * bytes;
    }

    /// Says whether elements are floating-point numbers (F64, F32, F16, BF16).
    public boolean isFloating() {
        return floating;
    }

    /// Says whether arithmetic kernels compute in this type; the others are storage or indices.
    public boolean isArithmetic() {
        return this == F64 || this == F32;
    }

    /// Reads element `index` of `data` as a double; exact for every type but I64 beyond 2^53.
    public double read(MemorySegment data, long index) {
        return switch (this) {
            case F64 -> data.get(DOUBLE, index * 8);
            case F32 -> data.get(FLOAT, index * 4);
            case F16 -> Float.float16ToFloat(data.get(SHORT, index * 2));
            case BF16 -> BFloat16.toFloat(data.get(SHORT, index * 2));
            case I64, I32, U8, BOOL -> readLong(data, index);
        };
    }

    /// Writes `value` as element `index` of `data`: floats round to nearest even, integers truncate
    /// toward zero, U8 keeps the low eight bits of the integer, BOOL is 1 for anything but zero.
    public void write(MemorySegment data, long index, double value) {
        switch (this) {
            case F64 -> data.set(DOUBLE, index * 8, value);
            case F32 -> data.set(FLOAT, index * 4, (float) value);
            case F16 -> data.set(SHORT, index * 2, Float.floatToFloat16((float) value));
            case BF16 -> data.set(SHORT, index * 2, BFloat16.fromFloat((float) value));
            case BOOL -> data.set(ValueLayout.JAVA_BYTE, index, (byte) (value != 0 ? 1 : 0));
            case I64, I32, U8 -> writeLong(data, index, (long) value);
        }
    }

    /// Reads element `index` of `data` as a long; floating types truncate toward zero.
    public long readLong(MemorySegment data, long index) {
        return switch (this) {
            case I64 -> data.get(LONG, index * 8);
            case I32 -> data.get(INT, index * 4);
            case U8, BOOL -> data.get(ValueLayout.JAVA_BYTE, index) & 0xff;
            case F64, F32, F16, BF16 -> (long) read(data, index);
        };
    }

    /// Writes `value` as element `index` of `data`; I32 and U8 keep the low bits, BOOL is 1 for
    /// anything but zero.
    public void writeLong(MemorySegment data, long index, long value) {
        switch (this) {
            case I64 -> data.set(LONG, index * 8, value);
            case I32 -> data.set(INT, index * 4, (int) value);
            case U8 -> data.set(ValueLayout.JAVA_BYTE, index, (byte) value);
            case BOOL -> data.set(ValueLayout.JAVA_BYTE, index, (byte) (value != 0 ? 1 : 0));
            case F64, F32, F16, BF16 -> write(data, index, (double) value);
        }
    }

    /// Returns the type of a result that mixes this type and `other`: floating beats integer, wider
    /// beats narrower.
    public DType promote(DType other) {
        if (this == other) {
            return this;
        }
        if (floating != other.floating) {
            return floating ? this : other;
        }
        if (floating && bytes == 2 && other.bytes == 2) {
            return F32; // F16 and BF16 hold numbers that the other cannot
        }
        return bytes >= other.bytes ? (this == BOOL ? other : this) : other;
    }

    @Override
    public String toString() {
        return name().toUpperCase(Locale.ROOT);
    }
}
