package dev.tenon.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// The bytes of a pickle, read from front to back; what lies beyond their end is refused.
final class PickleBytes {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long LONGEST = 64 << 20; // bytes; a tensor takes about 150
    private static final int LONGEST_LINE = 1000; // a class's module or name

    private final MemorySegment bytes;
    private final long start;
    private final Refusal refusal;
    private long at;

    /// @param bytes where the pickle lies, and perhaps more behind it
    /// @param start where it begins
    PickleBytes(MemorySegment bytes, long start, Refusal refusal) {
        this.bytes = bytes;
        this.start = start;
        this.refusal = refusal;
        at = start;
    }

    /// Returns where the next byte lies.
    long position() {
        return at;
    }

    /// Returns how many bytes were read.
    long consumed() {
        return at - start;
    }

    /// Says whether every byte was read.
    boolean isAtEnd() {
        return at == bytes.byteSize();
    }

    int u8() {
        return bytes.get(ValueLayout.JAVA_BYTE, take(1)) & 0xff;
    }

    int u16() {
        return bytes.get(SHORT, take(2)) & 0xffff;
    }

    int i32() {
        return bytes.get(INT, take(4));
    }

    long u32() {
        return Integer.toUnsignedLong(i32());
    }

    long i64() {
        return bytes.get(LONG, take(8));
    }

    double bigEndianDouble() {
        return Double.longBitsToDouble(Long.reverseBytes(i64()));
    }

    /// Returns the signed little-endian number in the next `count` bytes: a `Long` where it fits,
    /// else a `BigInteger`.
    Object number(int count) {
        byte[] little = array(count);
        byte[] big = new byte[count];
        for (int i = 0; i < count; i++) {
            big[i] = little[count - 1 - i];
        }
        BigInteger number = count == 0 ? BigInteger.ZERO : new BigInteger(big);
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    /// Returns the next `count` bytes as text.
    String text(long count, Charset charset) {
        byte[] encoded = array(count);
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
        } catch (CharacterCodingException e) {
            throw refusal.of(
                    "text in the pickle must be " + charset.name(),
                    count + " bytes before byte " + at + " that are not",
                    e);
        }
    }

    /// Returns the bytes up to the next line feed, without it, as text.
    String line() {
        long end = at;
        while (end < bytes.byteSize() && bytes.get(ValueLayout.JAVA_BYTE, end) != '\n') {
            end++;
            if (end - at > LONGEST_LINE) {
                throw refusal.of(
                        "a class's name must end within " + LONGEST_LINE + " bytes",
                        "more at byte " + at);
            }
        }
        String line = text(end - at, StandardCharsets.UTF_8);
        take(1);
        return line;
    }

    /// Passes over the bytes up to the next line feed, and it.
    void skipLine() {
        while (u8() != '\n') {}
    }

    private byte[] array(long count) {
        long from = take(count);
        return bytes.asSlice(from, count).toArray(ValueLayout.JAVA_BYTE);
    }

    private long take(long count) {
        long left = bytes.byteSize() - at;
        if (count < 0 || count > left) {
            throw refusal.of(
                    "the pickle must be whole",
                    Long.toUnsignedString(count)
                            + " bytes wanted at byte "
                            + at
                            + " and "
                            + left
                            + " left. The file is cut off or damaged");
        }
        if (count > LONGEST - consumed()) {
            throw refusal.of("the pickle may have at most " + LONGEST + " bytes", "more");
        }
        long from = at;
        at += count;
        return from;
    }
}
