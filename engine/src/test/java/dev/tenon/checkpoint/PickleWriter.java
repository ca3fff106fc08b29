package dev.tenon.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Pickles byte by byte, good and hostile, and the files around them.
final class PickleWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// Returns a pickle that has begun.
    static PickleWriter begin() {
        return new PickleWriter().raw(0x80, 2);
    }

    PickleWriter raw(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    PickleWriter op(String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    PickleWriter global(String module, String name) {
        return op("c" + module + "\n" + name + "\n");
    }

    PickleWriter text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        op("X").u32(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    PickleWriter number(long number) {
        raw(0x8a, 8);
        out.writeBytes(little(number, 8));
        return this;
    }

    PickleWriter u32(long number) {
        out.writeBytes(little(number, 4));
        return this;
    }

    PickleWriter numbers(long... numbers) {
        op("(");
        for (long number : numbers) {
            number(number);
        }
        return op("t");
    }

    /// A reference to a storage, and its count.
    PickleWriter storage(String type, String key, long count) {
        return op("(").text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(count)
                .op("tQ");
    }

    /// A tensor over a storage.
    PickleWriter tensor(
            String type, String key, long count, long offset, long[] sizes, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .op("(")
                .storage(type, key, count)
                .number(offset)
                .numbers(sizes)
                .numbers(strides)
                .raw(0x89)
                .global("collections", "OrderedDict")
                .op(")RtR");
    }

    byte[] end() {
        return op(".").bytes();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private static byte[] little(long number, int bytes) {
        byte[] all = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            all[i] = (byte) (number >> 8 * i);
        }
        return all;
    }

    // ---- files

    /// The zip form of a pickle and storages, stored.
    static byte[] zip(byte[] pickle, SequencedMap<String, byte[]> entries) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            store(zip, "archive/data.pkl", pickle);
            for (var entry : entries.entrySet()) {
                store(zip, "archive/" + entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    static void store(ZipOutputStream zip, String name, byte[] contents) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(contents.length);
        CRC32 crc = new CRC32();
        crc.update(contents);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(contents);
        zip.closeEntry();
    }

    /// The legacy form: `keys` and `storages` (each with its count) go behind the pickle.
    static byte[] legacy(byte[] pickle, String[] keys, byte[][] storages, long[] counts) {
        PickleWriter file = begin().raw(0x8a, 10);
        file.raw(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).op(".");
        file.raw(0x80, 2).op("M").raw(0xe9, 3).op(".");
        file.raw(0x80, 2).op("}.");
        file.out.writeBytes(pickle);
        file.raw(0x80, 2).op("](");
        for (String key : keys) {
            file.text(key);
        }
        file.op("e.");
        for (int i = 0; i < storages.length; i++) {
            file.out.writeBytes(little(counts[i], 8));
            file.out.writeBytes(storages[i]);
        }
        return file.bytes();
    }

    /// The bytes of floats, little-endian.
    static byte[] floats(float... values) {
        byte[] bytes = new byte[4 * values.length];
        for (int i = 0; i < values.length; i++) {
            System.arraycopy(little(Float.floatToIntBits(values[i]), 4), 0, bytes, 4 * i, 4);
        }
        return bytes;
    }

    /// The tar form of a pickle and what lies in `storages`.
    static byte[] tar(byte[] pickle, byte[] storages) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        addToTar(file, "pickle", pickle, pickle.length);
        addToTar(file, "storages", storages, storages.length);
        file.writeBytes(new byte[1024]);
        return file.toByteArray();
    }

    static void addToTar(ByteArrayOutputStream file, String name, byte[] contents, long size) {
        byte[] header = new byte[512];
        byte[] words = name.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(words, 0, header, 0, words.length);
        byte[] digits = String.format("%011o", size).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, header, 124, digits.length);
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, header, 257, 5);
        file.writeBytes(header);
        file.writeBytes(contents);
        file.writeBytes(new byte[(512 - contents.length % 512) % 512]);
    }

    /// What the tar form's `storages` holds of one storage.
    static byte[] tarStorage(String type, String key, long count, byte[] contents) {
        PickleWriter storage = begin().raw('K', 1).op(".");
        storage.raw(0x80, 2).op("(").text(key).text("cpu").global("torch", type).op("t.");
        storage.out.writeBytes(little(count, 8));
        storage.out.writeBytes(contents);
        return storage.bytes();
    }
}
