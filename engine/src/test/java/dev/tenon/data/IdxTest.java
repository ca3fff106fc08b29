package dev.tenon.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
    private static final String MORE =
            ": the file must hold what its header promises and no more; got ";

    @TempDir Path folder;

    /// The bytes of an IDX file.
    static byte[] idx(int type, int[] sizes, byte[] data) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + data.length);
        file.putShort((short) 0).put((byte) type).put((byte) sizes.length);
        for (int size : sizes) {
            file.putInt(size);
        }
        return file.put(data).array();
    }

    static byte[] idx(int[] sizes, byte[] data) {
        return idx(8, sizes, data);
    }

    static byte[] gzip(byte[] contents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(contents);
        }
        return out.toByteArray();
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("file-idx"), bytes);
    }

    private void refuses(byte[] bytes, String message) throws IOException {
        Path file = write(bytes);
        assertThatThrownBy(() -> Idx.read(file))
                .isInstanceOf(DataException.class)
                .hasMessage("idx: " + file + message);
    }

    @Test
    void readsBytesPlainAndCompressed() throws IOException {
        byte[] data = new byte[200_000];
        new Random(5).nextBytes(data);
        byte[] file = idx(new int[] {1000, 10, 20}, data);
        for (byte[] stored : new byte[][] {file, gzip(file)}) {
            Tensor array = Idx.read(write(stored));
            assertThat(array.type()).isEqualTo(DType.U8);
            assertThat(array.shape()).isEqualTo(Shape.of(1000, 10, 20));
            assertThat(array.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                    .isEqualTo(data);
        }
    }

    @Test
    void readsNumbersOfFourAndEightBytes() throws IOException {
        byte[] ints = ByteBuffer.allocate(8).putInt(1).putInt(-2_000_000_000).array();
        assertThat(Idx.read(write(idx(12, new int[] {2}, ints))).toLongs())
                .containsExactly(1, -2_000_000_000);
        byte[] floats = ByteBuffer.allocate(8).putFloat(1.5f).putFloat(-3e30f).array();
        assertThat(Idx.read(write(idx(13, new int[] {2, 1}, floats))).toFloats())
                .containsExactly(1.5f, -3e30f);
        byte[] doubles = ByteBuffer.allocate(8).putDouble(Math.PI).array();
        assertThat(Idx.read(write(idx(14, new int[] {1}, doubles))).toDoubles())
                .containsExactly(Math.PI);
    }

    @Test
    void readsAnArrayWithoutElements() throws IOException {
        assertThat(Idx.read(write(idx(new int[] {0, 28}, new byte[0]))).shape())
                .isEqualTo(Shape.of(0, 28));
    }

    @Test
    void refusesWhatIsNotIdx() throws IOException {
        String start = ": the file must begin with 0, 0, its type and 1 to 8 axes; got ";
        refuses(new byte[0], ": the file must be whole; got the end too soon. It is cut off");
        refuses(new byte[3], ": the file must be whole; got the end too soon. It is cut off");
        refuses(new byte[] {80, 75, 3, 4, 0}, start + "[80, 75, 3, 4]");
        refuses(new byte[] {0, 0, 8, 0}, start + "[0, 0, 8, 0]");
        refuses(new byte[] {0, 0, 8, 9}, start + "[0, 0, 8, 9]");
        refuses(
                new byte[] {0, 0, 8, 2, 0, 0, 0, 1, 0},
                ": the file must be whole; got the end too soon. It is cut off");
        refuses(
                idx(11, new int[] {1}, new byte[2]),
                ": the array has type 11; supported: 8 (U8), 12 (I32), 13 (F32), 14 (F64)");
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> Idx.read(missing))
                .isInstanceOf(DataException.class)
                .hasMessage("idx: the file must exist; got " + missing);
        assertThatThrownBy(() -> Idx.read(folder))
                .isInstanceOf(DataException.class)
                .hasMessage("idx: the file must exist; got " + folder);
    }

    @Test
    void refusesAPlainFileThatIsNotAsLongAsItSays() throws IOException {
        int[] sizes = {2, 5};
        refuses(idx(sizes, new byte[9]), MORE + "[2, 5], 22 bytes, in a file of 21 bytes");
        refuses(idx(sizes, new byte[11]), MORE + "[2, 5], 22 bytes, in a file of 23 bytes");
    }

    @Test
    void refusesACompressedFileThatIsNotAsLongAsItSays() throws IOException {
        int[] sizes = {2, 5};
        refuses(
                gzip(idx(sizes, new byte[9])),
                ": the data must have the 10 bytes that the header promises; got 9. The file is cut off");
        refuses(
                gzip(idx(sizes, new byte[11])),
                ": the data must have the 10 bytes that the header promises; got more");
        byte[] whole = gzip(idx(sizes, new byte[10]));
        for (int length = 2; length < whole.length; length++) {
            refuses(
                    Arrays.copyOf(whole, length),
                    ": the file must be whole; got the end too soon. It is cut off");
        }
        whole[whole.length - 6] ^= 1; // in the checksum
        refuses(whole, ": the gzip data must be intact; got Corrupt GZIP trailer");
    }

    @Test
    void takesNoMemoryForAHeaderThatLies() throws IOException {
        long before = Memory.reserved();
        refuses(
                idx(new int[] {60_000, 28, 28}, new byte[100]),
                MORE + "[60000, 28, 28], 47040016 bytes, in a file of 116 bytes");
        byte[] small = gzip(idx(new int[] {60_000, 28, 28}, new byte[100]));
        refuses(
                small,
                ": the file must be able to hold what its header promises; got [60000, 28, 28], 47040016 bytes, in a"
                        + " compressed file of "
                        + small.length
                        + " bytes");
        String most = ": the array may have at most 2147483648 bytes; got ";
        refuses(
                idx(new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE}, new byte[0]),
                most + "U8 [2147483647, 2147483647]");
        refuses(idx(new int[] {-1, 1}, new byte[0]), most + "U8 [4294967295, 1]");
        refuses(
                idx(14, new int[] {0, Integer.MAX_VALUE}, new byte[0]),
                most + "F64 [0, 2147483647]");
        assertThat(Memory.reserved()).isEqualTo(before);
    }

    @Test
    void unpacksNoMoreOfABombThanTheHeaderAsksFor() throws IOException {
        byte[] bomb = gzip(idx(new int[] {10}, new byte[100_000_000]));
        assertThat(bomb.length).isLessThan(200_000);
        long before = Memory.reserved();
        refuses(bomb, ": the data must have the 10 bytes that the header promises; got more");
        assertThat(Memory.reserved() - before).isLessThan(1000);
    }
}
