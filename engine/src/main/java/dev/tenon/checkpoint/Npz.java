package dev.tenon.checkpoint;

import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// NumPy's .npz files: named arrays, each an .npy file ([Npy]) in a zip file, stored or deflated.
///
/// Source: NumPy's documentation of `savez` and `savez_compressed`.
public final class Npz {
    private static final String FORMAT = "npz";
    private static final String SUFFIX = ".npy";
    private static final int CHUNK = 1 << 20;
    private static final int ALIGNMENT = 64;
    // DEFLATE codes at most 258 bytes in 2 bits
    private static final long MOST_PER_COMPRESSED_BYTE = 1032;
    private static final long MOST_UNPACKED =
            256 << 20; // bytes; files of any size may have 32 times theirs
    private static final long MOST_UNPACKED_PER_BYTE = 32;
    private static final int LONGEST_NAME = 10_000; // zip ends at 65,535 bytes
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0); // zip's first

    private Npz() {}

    /// Returns the arrays in `file` under their names, without `.npy`. Stored arrays are mapped
    /// where [Npy] would.
    ///
    /// A short file that claims to be large takes no memory: what is deflated may unpack to 256 MiB
    /// or 32 times the size of the file, whichever is more, and to no more than its entry says.
    ///
    /// @throws CheckpointException if the file is missing, damaged or cut off, an entry is no array
    ///   or its type is not supported
    public static Checkpoint read(Path file) {
        Refusal refusal = new Refusal(FORMAT, file);
        MemorySegment bytes = refusal.map();
        long left = Math.max(MOST_UNPACKED, MOST_UNPACKED_PER_BYTE * bytes.byteSize());
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, ZipEntries.Entry> named :
                ZipEntries.of(bytes, refusal).sequencedEntrySet()) {
            String name = named.getKey();
            ZipEntries.Entry entry = named.getValue();
            if (!name.endsWith(SUFFIX)) {
                throw refusal.of("entries must be called *.npy", Words.quoted(name));
            }
            MemorySegment array = entry.bytes();
            if (entry.method() == ZipEntries.DEFLATED) {
                left -= Math.max(entry.size(), 0);
                if (left < 0
                        || entry.size() > MOST_PER_COMPRESSED_BYTE * entry.bytes().byteSize()) {
                    throw refusal.of(
                            "the file must be able to hold what its entries promise, at most 256 MiB or 32 times its"
                                    + " size",
                            Words.quoted(name)
                                    + " of "
                                    + entry.size()
                                    + " bytes in "
                                    + entry.bytes().byteSize());
                }
                array = inflated(name, entry, refusal);
            } else if (entry.method() != ZipEntries.STORED) {
                throw refusal.unsupported(
                        Words.quoted(name) + " has compression method " + entry.method(),
                        "0 (stored), 8 (deflated)");
            }
            checkSum(name, entry.crc(), array, refusal);
            String plain = name.substring(0, name.length() - SUFFIX.length());
            tensors.put(plain, Npy.tensor(array, "array " + Words.quoted(plain), refusal));
        }
        return new Checkpoint(tensors);
    }

    private static MemorySegment inflated(String name, ZipEntries.Entry entry, Refusal refusal) {
        MemorySegment array = Arena.ofAuto().allocate(entry.size(), ALIGNMENT);
        byte[] chunk = new byte[1 << 16];
        try (Inflater inflater = new Inflater(true)) {
            long fed = 0;
            long at = 0;
            while (!inflater.finished()) {
                int count = inflater.inflate(chunk);
                if (count > entry.size() - at) {
                    at = entry.size() + 1;
                    break;
                }
                MemorySegment.copy(chunk, 0, array, ValueLayout.JAVA_BYTE, at, count);
                at += count;
                long rest = entry.bytes().byteSize() - fed;
                if (count == 0 && (inflater.needsDictionary() || rest == 0)) {
                    break;
                }
                if (inflater.needsInput() && rest > 0) {
                    long size = Math.min(CHUNK, rest);
                    inflater.setInput(entry.bytes().asSlice(fed, size).asByteBuffer());
                    fed += size;
                }
            }
            if (at != entry.size() || !inflater.finished()) {
                throw refusal.of(
                        "a deflated entry must unpack to the size that it says",
                        Words.quoted(name)
                                + " of "
                                + entry.size()
                                + " bytes and "
                                + (at > entry.size() ? "more" : at));
            }
        } catch (DataFormatException e) {
            throw refusal.of(
                    "the deflated data must be intact",
                    Words.quoted(name) + ": " + e.getMessage(),
                    e);
        }
        return array.asReadOnly();
    }

    private static void checkSum(String name, int expected, MemorySegment array, Refusal refusal) {
        CRC32 crc = new CRC32();
        addTo(crc, array);
        if ((int) crc.getValue() != expected) {
            throw refusal.of(
                    "an entry must have the checksum that the file says",
                    Words.quoted(name)
                            + " with "
                            + Long.toHexString(crc.getValue())
                            + " for "
                            + Integer.toHexString(expected));
        }
    }

    private static void addTo(CRC32 crc, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            crc.update(bytes.asSlice(at, Math.min(CHUNK, bytes.byteSize() - at)).asByteBuffer());
        }
    }

    /// Writes `tensors` to `file`, stored, all or nothing ([AtomicFile]). Equal contents in equal
    /// order give equal bytes.
    ///
    /// @throws CheckpointException if one is BF16, which NumPy lacks, or the folder does not exist
    ///   or does not take the file; `file` is then as it was before
    public static void write(Path file, SequencedMap<String, Tensor> tensors) {
        Refusal refusal = new Refusal(FORMAT, file);
        SequencedMap<String, byte[]> headers = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            String what = "tensor " + Words.quoted(entry.getKey());
            if (entry.getKey().length() > LONGEST_NAME) {
                throw refusal.of("a name may have at most " + LONGEST_NAME + " characters", what);
            }
            headers.put(entry.getKey(), NpyHeader.of(tensor, what, refusal));
            bytes += tensor.type().bytes(tensor.count());
        }
        AtomicFile.write(file, bytes, channel -> writeEntries(channel, headers, tensors));
    }

    private static void writeEntries(
            WritableByteChannel channel,
            SequencedMap<String, byte[]> headers,
            SequencedMap<String, Tensor> tensors)
            throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(new StaysOpen(channel))) {
            for (Map.Entry<String, Tensor> named : tensors.entrySet()) {
                byte[] header = Objects.requireNonNull(headers.get(named.getKey()));
                MemorySegment data = Autograd.noGrad(named.getValue()::contiguous).segment();
                CRC32 crc = new CRC32();
                crc.update(header);
                addTo(crc, data);
                ZipEntry entry = new ZipEntry(named.getKey() + SUFFIX);
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(header.length + data.byteSize());
                entry.setCrc(crc.getValue());
                entry.setTimeLocal(TIME);
                zip.putNextEntry(entry);
                zip.write(header);
                writeTo(zip, data);
                zip.closeEntry();
            }
        }
    }

    /// The channel as a stream that does not close it: it has yet to be forced to disk.
    private static final class StaysOpen extends OutputStream {
        private final OutputStream out;

        StaysOpen(WritableByteChannel channel) {
            out = Channels.newOutputStream(channel);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
        }
    }

    private static void writeTo(OutputStream out, MemorySegment data) throws IOException {
        byte[] chunk = new byte[(int) Math.min(CHUNK, data.byteSize())];
        for (long at = 0; at < data.byteSize(); at += chunk.length) {
            int size = (int) Math.min(chunk.length, data.byteSize() - at);
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, chunk, 0, size);
            out.write(chunk, 0, size);
        }
    }
}
