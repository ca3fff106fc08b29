package dev.tenon.checkpoint;

import dev.tenon.checkpoint.PickleValue.Sequence;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The two forms that PyTorch wrote before the zip form.
///
/// One file after another: the pickles of a magic number, of the protocol 1001, of facts about the
/// machine, of the value, and of the list of storage keys; then for each key 8 bytes with the
/// number of elements and the elements. In the tar form, of before 0.1.10, `pickle` holds the value
/// and `storages` the number of storages and for each the pickle of (key, place, type), 8 bytes
/// with the number of elements, and the elements. Both are little-endian on every machine.
final class TorchLegacy {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long PROTOCOL = 1001;
    private static final int LONGEST_MODULE = 200;
    private static final String GLOBAL = "(?s)[\\w.]+\n[\\w.]+\n.*"; // a module and a name
    private static final int TAR_BLOCK = 512;
    private static final int TAR_NAME_BYTES = 100;
    private static final int TAR_SIZE = 124;
    private static final int TAR_SIZE_BYTES = 12;
    private static final int TAR_MAGIC = 257;

    private final MemorySegment file;
    private final Refusal refusal;
    private final TorchClasses classes;
    private final Map<String, MemorySegment> storages = new HashMap<>();

    private TorchLegacy(MemorySegment file, Refusal refusal) {
        this.file = file;
        this.refusal = refusal;
        classes = new TorchClasses(refusal);
    }

    /// Reads the form without a container.
    static TorchArchive read(MemorySegment file, Refusal refusal) {
        return new TorchLegacy(file, refusal).read();
    }

    private TorchArchive read() {
        PickleBytes start = new PickleBytes(file, 0, refusal);
        if (!isPickle() || !PickleMachine.run(start, classes, refusal).equals(MAGIC)) {
            throw refusal.of(
                    "the file must be a zip file, a tar file, or begin with PyTorch's magic number",
                    "none of these");
        }
        PickleBytes second = new PickleBytes(file, start.position(), refusal);
        Object protocol = PickleMachine.run(second, classes, refusal);
        if (!protocol.equals(PROTOCOL)) {
            throw refusal.of(
                    "the protocol must be " + PROTOCOL,
                    protocol instanceof Number ? protocol.toString() : TorchClasses.kind(protocol));
        }
        PickleBytes machine = new PickleBytes(file, second.position(), refusal);
        PickleMachine.run(machine, classes, refusal);
        PickleBytes value = new PickleBytes(file, machine.position(), refusal);
        Object root = PickleMachine.run(value, classes, refusal);
        PickleBytes list = new PickleBytes(file, value.position(), refusal);
        if (!(PickleMachine.run(list, classes, refusal) instanceof Sequence keys)) {
            throw refusal.of("the storage keys must be a list", "another value");
        }
        long at = list.position();
        for (int i = 0; i < keys.size(); i++) {
            if (!(keys.get(i) instanceof String key)) {
                throw refusal.of("a storage's key must be text", TorchClasses.kind(keys.get(i)));
            }
            StoredType type = classes.typeOf(key);
            if (type == null) {
                throw refusal.of(
                        "each storage must be named in the pickle", Words.quoted(key) + " is not");
            }
            at = takeStorage(file, key, type, at);
        }
        return new TorchArchive(root, value.consumed(), ByteOrder.LITTLE_ENDIAN, storages);
    }

    /// Says whether the file begins as a pickle does. PyTorch's begin with their protocol; those
    /// without one are read as far as the class that they are refused for.
    private boolean isPickle() {
        if (file.byteSize() < 2) {
            return false;
        }
        int first = file.get(ValueLayout.JAVA_BYTE, 0) & 0xff;
        String second = text(file, 1, (int) Math.min(LONGEST_MODULE, file.byteSize() - 1));
        return first == 0x80
                || (first == 'c' && second.matches(GLOBAL))
                || (first == '(' && second.matches("(?s)([dl]p\\d+\n|[SV]|[ci]" + GLOBAL + ").*"))
                || ((first == '}' || first == ']') && second.startsWith("q"));
    }

    /// Takes the storage whose count lies at `at`, and returns where it ends.
    private long takeStorage(MemorySegment from, String key, StoredType type, long at) {
        PickleBytes header = new PickleBytes(from, at, refusal);
        long count = header.i64();
        long left = from.byteSize() - header.position();
        if (count < 0 || count > left / type.bytes()) {
            throw refusal.of(
                    "storage " + Words.quoted(key) + " must lie in the file",
                    count
                            + " elements of "
                            + type.bytes()
                            + " bytes and "
                            + left
                            + " bytes left. The file is cut off or damaged");
        }
        long bytes = count * type.bytes();
        if (storages.put(key, from.asSlice(header.position(), bytes)) != null) {
            throw refusal.of("storages must have different keys", Words.quoted(key) + " again");
        }
        return header.position() + bytes;
    }

    // ---- tar

    /// Says whether `file` is a tar file.
    static boolean isTar(MemorySegment file) {
        return file.byteSize() >= TAR_BLOCK && text(file, TAR_MAGIC, 5).equals("ustar");
    }

    /// Reads the tar form.
    static TorchArchive readTar(MemorySegment file, Refusal refusal) {
        return new TorchLegacy(file, refusal).readTar();
    }

    private TorchArchive readTar() {
        Map<String, MemorySegment> entries = tarEntries();
        MemorySegment pickle = entries.get("pickle");
        MemorySegment data = entries.get("storages");
        if (pickle == null || data == null) {
            throw refusal.of(
                    "the tar file must hold pickle and storages",
                    entries.size() + " other entries");
        }
        PickleBytes number = new PickleBytes(data, 0, refusal);
        if (!(PickleMachine.run(number, classes, refusal) instanceof Long count)) {
            throw refusal.of("storages must begin with their number", "another value");
        }
        long at = number.position();
        for (long i = 0; i < count; i++) {
            PickleBytes next = new PickleBytes(data, at, refusal);
            if (!(PickleMachine.run(next, classes, refusal) instanceof Sequence tuple)
                    || tuple.size() < 3
                    || !(tuple.get(0) instanceof String key)
                    || !(tuple.get(2) instanceof StoredType type)) {
                throw refusal.of("a storage must begin with (key, place, type)", "another value");
            }
            at = takeStorage(data, key, type, next.position());
        }
        PickleBytes value = new PickleBytes(pickle, 0, refusal);
        Object root = PickleMachine.run(value, classes, refusal);
        return new TorchArchive(root, value.consumed(), ByteOrder.LITTLE_ENDIAN, storages);
    }

    private Map<String, MemorySegment> tarEntries() {
        Map<String, MemorySegment> entries = new HashMap<>();
        for (long at = 0; file.byteSize() - at >= TAR_BLOCK; ) {
            String name = text(file, at, TAR_NAME_BYTES);
            if (name.isEmpty()) {
                break; // blocks of zeros end the file
            }
            long size = octal(text(file, at + TAR_SIZE, TAR_SIZE_BYTES), name);
            long data = at + TAR_BLOCK;
            if (size > file.byteSize() - data) {
                throw refusal.of(
                        "tar entries must lie in the file",
                        Words.quoted(name) + " of " + size + " bytes at byte " + data);
            }
            entries.put(name.startsWith("./") ? name.substring(2) : name, file.asSlice(data, size));
            at = data + Math.ceilDiv(size, TAR_BLOCK) * TAR_BLOCK;
        }
        return entries;
    }

    private long octal(String digits, String name) {
        String number = digits.strip();
        if (!number.matches("[0-7]{1,12}")) {
            throw refusal.of(
                    "a tar entry's size must be an octal number",
                    Words.quoted(digits) + " for " + Words.quoted(name));
        }
        return Long.parseLong(number, 8);
    }

    /// Returns the text in `count` bytes up to the first zero.
    private static String text(MemorySegment bytes, long at, int count) {
        String all =
                new String(
                        bytes.asSlice(at, count).toArray(ValueLayout.JAVA_BYTE),
                        StandardCharsets.ISO_8859_1);
        int end = all.indexOf(0);
        return end < 0 ? all : all.substring(0, end);
    }
}
