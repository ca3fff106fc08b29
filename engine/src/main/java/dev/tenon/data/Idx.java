package dev.tenon.data;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// The IDX format of the MNIST files: one array of numbers, plain or compressed with gzip.
///
/// | bytes | contents, big-endian |
/// |---|---|
/// | 2 | zero |
/// | 1 | type: 8 U8, 12 I32, 13 F32, 14 F64 (9 and 11, signed bytes and shorts, have no type here) |
/// | 1 | number of axes, 1 to 8 here |
/// | 4 per axis | its size |
/// | rest | the elements, row-major |
///
/// Source: Y. LeCun, "The MNIST database of handwritten digits", the description of its files.
public final class Idx {
    private static final long LARGEST = 1L << 31; // bytes of data
    private static final int MOST_AXES = 8;
    private static final int CHUNK = 1 << 16;
    // DEFLATE codes at most 258 bytes in 2 bits, so a file cannot hold more than this times its
    // size
    private static final long MOST_PER_COMPRESSED_BYTE = 1032;

    private Idx() {}

    /// Reads the array in `file`, of at most 2 GiB.
    ///
    /// The header is believed only as far as the size of the file allows, so that a short file that
    /// claims to be large takes no memory; of a compressed file no more is unpacked than the header
    /// asks for.
    ///
    /// @throws DataException if the file is missing, damaged, cut off, too long, or not IDX
    public static Tensor read(Path file) {
        return read(file, LARGEST);
    }

    /// Reads as [#read(Path)] does, at most `limit` bytes of data.
    static Tensor read(Path file, long limit) {
        if (!Files.isRegularFile(file)) {
            throw new DataException("idx: the file must exist; got " + file);
        }
        try (InputStream stored = new BufferedInputStream(Files.newInputStream(file), CHUNK)) {
            boolean compressed = isCompressed(stored);
            InputStream in = compressed ? new GZIPInputStream(stored, CHUNK) : stored;
            return new Reader(file, in, compressed, Files.size(file), limit).array();
        } catch (EOFException e) {
            throw new DataException(
                    "idx: "
                            + file
                            + ": the file must be whole; got the end too soon. It is cut off",
                    e);
        } catch (ZipException e) {
            throw new DataException(
                    "idx: " + file + ": the gzip data must be intact; got " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException(
                    "idx: " + file + ": the file must be readable; got " + e.getMessage(), e);
        }
    }

    /// Says whether the bytes that come next are those of a gzip file.
    static boolean isCompressed(InputStream in) throws IOException {
        in.mark(2);
        boolean compressed = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return compressed;
    }

    private record Reader(
            Path file, InputStream in, boolean compressed, long fileBytes, long limit) {

        Tensor array() throws IOException {
            ByteBuffer start = ByteBuffer.wrap(exactly(4));
            int zero = start.getShort();
            int code = start.get() & 0xff;
            int rank = start.get() & 0xff;
            if (zero != 0 || rank < 1 || rank > MOST_AXES) {
                throw refused(
                        "the file must begin with 0, 0, its type and 1 to 8 axes",
                        Arrays.toString(start.array()));
            }
            DType type = type(code);
            int[] sizes = new int[rank];
            ByteBuffer.wrap(exactly(4 * rank)).asIntBuffer().get(sizes);
            long bytes = bytes(type, sizes);
            checkPlausible(bytes, 4 + 4L * rank, sizes);
            Tensor array = Tensor.empty(type, Shape.of(sizes));
            fill(array.segment(), bytes);
            toLittleEndian(array.segment(), type);
            return array;
        }

        private DataException refused(String rule, String got) {
            return new DataException("idx: " + file + ": " + rule + "; got " + got);
        }

        private byte[] exactly(int count) throws IOException {
            byte[] bytes = in.readNBytes(count);
            if (bytes.length < count) {
                throw new EOFException();
            }
            return bytes;
        }

        private DType type(int code) {
            return switch (code) {
                case 0x08 -> DType.U8;
                case 0x0c -> DType.I32;
                case 0x0d -> DType.F32;
                case 0x0e -> DType.F64;
                default ->
                        throw new DataException(
                                "idx: "
                                        + file
                                        + ": the array has type "
                                        + code
                                        + "; supported: 8 (U8), 12 (I32), 13 (F32), 14 (F64)");
            };
        }

        private long bytes(DType type, int[] sizes) {
            long bytes = type.bytes();
            for (int size : sizes) {
                if (size < 0 || bytes * Math.max(size, 1) > limit) {
                    throw refused(
                            "the array may have at most " + limit + " bytes",
                            type
                                    + " "
                                    + Arrays.toString(
                                            Arrays.stream(sizes)
                                                    .mapToLong(Integer::toUnsignedLong)
                                                    .toArray()));
                }
                bytes *= Math.max(size, 1);
            }
            return type.bytes(Shape.of(sizes).count());
        }

        private void checkPlausible(long bytes, long headerBytes, int[] sizes) {
            long most = compressed ? fileBytes * MOST_PER_COMPRESSED_BYTE : fileBytes;
            if (headerBytes + bytes > most || (!compressed && headerBytes + bytes < fileBytes)) {
                throw refused(
                        compressed
                                ? "the file must be able to hold what its header promises"
                                : "the file must hold what its header promises and no more",
                        Arrays.toString(sizes)
                                + ", "
                                + (headerBytes + bytes)
                                + " bytes, in a"
                                + (compressed ? " compressed" : "")
                                + " file of "
                                + fileBytes
                                + " bytes");
            }
        }

        private void fill(MemorySegment array, long bytes) throws IOException {
            byte[] chunk = new byte[CHUNK];
            for (long at = 0; at < bytes; ) {
                int read = in.read(chunk, 0, (int) Math.min(CHUNK, bytes - at));
                if (read < 0) {
                    throw refused(
                            "the data must have the " + bytes + " bytes that the header promises",
                            at + ". The file is cut off");
                }
                MemorySegment.copy(chunk, 0, array, ValueLayout.JAVA_BYTE, at, read);
                at += read;
            }
            if (in.read() >= 0) {
                throw refused(
                        "the data must have the " + bytes + " bytes that the header promises",
                        "more");
            }
        }

        private static void toLittleEndian(MemorySegment array, DType type) {
            if (type.bytes() == 4) {
                for (long i = 0; i < array.byteSize(); i += 4) {
                    int number = array.get(ValueLayout.JAVA_INT, i);
                    array.set(ValueLayout.JAVA_INT, i, Integer.reverseBytes(number));
                }
            } else if (type.bytes() == 8) {
                for (long i = 0; i < array.byteSize(); i += 8) {
                    long number = array.get(ValueLayout.JAVA_LONG, i);
                    array.set(ValueLayout.JAVA_LONG, i, Long.reverseBytes(number));
                }
            }
        }
    }
}
