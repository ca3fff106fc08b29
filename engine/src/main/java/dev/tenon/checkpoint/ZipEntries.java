package dev.tenon.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The entries of a zip file, with the place of each one's bytes, so that stored entries are read
/// where they lie.
///
/// The directory at the end of the file is believed; each entry's place is checked against the
/// file, and all together may not have more bytes than the file, so that no bytes serve two
/// entries. Source: PKWARE's APPNOTE, with its 64-bit records.
final class ZipEntries {
    static final int STORED = 0;
    static final int DEFLATED = 8;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final long IN_EXTRA = 0xffffffffL; // the number has 64 bits and lies elsewhere

    private final MemorySegment file;
    private final Refusal refusal;
    private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    private long stored;

    /// One file in the zip file.
    ///
    /// @param method 0 stored, 8 deflated
    /// @param crc checksum of the contents
    /// @param bytes as they lie in the file
    /// @param size of the contents
    record Entry(int method, int crc, MemorySegment bytes, long size) {}

    private ZipEntries(MemorySegment file, Refusal refusal) {
        this.file = file;
        this.refusal = refusal;
    }

    /// Returns the entries of `file` by name, in the order of its directory.
    ///
    /// @throws CheckpointException if the directory is damaged or leads out of the file
    static SequencedMap<String, Entry> of(MemorySegment file, Refusal refusal) {
        ZipEntries zip = new ZipEntries(file, refusal);
        zip.readDirectory(zip.findEnd());
        return zip.entries;
    }

    private long findEnd() {
        long last = file.byteSize() - END_BYTES;
        for (long at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
            if (file.get(INT, at) == END) {
                return at;
            }
        }
        throw refusal.of(
                "a zip file must end with its directory",
                file.byteSize() + " bytes without one. The file is cut off");
    }

    private void readDirectory(long end) {
        long count = u16(end + 10);
        long bytes = u32(end + 12);
        long begin = u32(end + 16);
        long locator = end - LOCATOR_64_BYTES;
        if (locator >= 0 && file.get(INT, locator) == LOCATOR_64) {
            long end64 = file.get(LONG, locator + 8);
            if (end64 < 0 || end64 > locator - END_64_BYTES || file.get(INT, end64) != END_64) {
                throw refusal.of("the zip file's 64-bit directory must lie in the file", at(end64));
            }
            count = file.get(LONG, end64 + 32);
            bytes = file.get(LONG, end64 + 40);
            begin = file.get(LONG, end64 + 48);
        }
        if (begin < 0
                || bytes < 0
                || begin > end
                || bytes > end - begin
                || count < 0
                || count > bytes / CENTRAL_BYTES) {
            throw refusal.of(
                    "the zip file's directory must lie in the file",
                    count + " entries in " + bytes + " bytes " + at(begin));
        }
        long at = begin;
        for (long i = 0; i < count; i++) {
            at = readEntry(at, begin + bytes);
        }
    }

    private long readEntry(long at, long end) {
        if (end - at < CENTRAL_BYTES || file.get(INT, at) != CENTRAL) {
            throw refusal.of(
                    "the zip file's directory must be whole", "none of its entries " + at(at));
        }
        int nameBytes = u16(at + 28);
        int extraBytes = u16(at + 30);
        long next = at + CENTRAL_BYTES + nameBytes + extraBytes + u16(at + 32);
        if (next > end) {
            throw refusal.of(
                    "the zip file's directory must be whole", "an entry cut off " + at(at));
        }
        String name =
                new String(
                        file.asSlice(at + CENTRAL_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE),
                        StandardCharsets.UTF_8);
        if ((u16(at + 8) & 1) != 0) {
            throw refusal.of("zip entries must not be encrypted", Words.quoted(name));
        }
        long[] numbers = {u32(at + 24), u32(at + 20), u32(at + 42)}; // size, bytes, place
        readExtra(numbers, at + CENTRAL_BYTES + nameBytes, extraBytes);
        MemorySegment bytes = locate(name, numbers[2], numbers[1]);
        Entry entry = new Entry(u16(at + 10), file.get(INT, at + 16), bytes, numbers[0]);
        if (entry.size < 0 || (entry.method == STORED && entry.size != bytes.byteSize())) {
            throw refusal.of(
                    "a stored zip entry must have as many bytes as its contents",
                    Words.quoted(name) + " of " + bytes.byteSize() + " and " + entry.size);
        }
        if (entries.put(name, entry) != null) {
            throw refusal.of(
                    "zip entries must have different names", Words.quoted(name) + " again");
        }
        return next;
    }

    /// Takes the numbers that need 64 bits from the extra fields.
    private void readExtra(long[] numbers, long from, int bytes) {
        long end = from + bytes;
        for (long at = from; end - at >= 4; ) {
            long fieldEnd = at + 4 + u16(at + 2);
            if (u16(at) == 1) {
                long place = at + 4;
                for (int i = 0; i < numbers.length; i++) {
                    if (numbers[i] == IN_EXTRA && Math.min(fieldEnd, end) - place >= 8) {
                        numbers[i] = file.get(LONG, place);
                        place += 8;
                    }
                }
            }
            at = fieldEnd;
        }
    }

    private MemorySegment locate(String name, long local, long bytes) {
        long size = file.byteSize();
        boolean inside = local >= 0 && local <= size - LOCAL_BYTES && file.get(INT, local) == LOCAL;
        long data = inside ? local + LOCAL_BYTES + u16(local + 26) + u16(local + 28) : 0;
        stored += Math.max(bytes, 0);
        if (!inside || bytes < 0 || data > size || bytes > size - data || stored > size) {
            throw refusal.of(
                    "zip entries must lie in the file, apart from each other",
                    Words.quoted(name) + " of " + bytes + " bytes " + at(local));
        }
        return file.asSlice(data, bytes);
    }

    private static String at(long place) {
        return "at byte " + Long.toUnsignedString(place);
    }

    private int u16(long at) {
        return file.get(SHORT, at) & 0xffff;
    }

    private long u32(long at) {
        return Integer.toUnsignedLong(file.get(INT, at));
    }
}
