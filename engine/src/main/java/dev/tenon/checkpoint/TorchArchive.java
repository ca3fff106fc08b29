package dev.tenon.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SequencedMap;

/// What one file of PyTorch's holds: the value that its pickle makes, and the storages beside it.
///
/// @param root the value
/// @param pickleBytes the pickle's size
/// @param order the order of the bytes in an element
/// @param storages name to bytes
record TorchArchive(
        Object root, long pickleBytes, ByteOrder order, Map<String, MemorySegment> storages) {
    private static final String PICKLE = "data.pkl";

    /// Reads the zip form: in one folder `data.pkl`, `data/N` for each storage, and perhaps
    /// `byteorder`, all stored without compression.
    ///
    /// Checksums are not looked at: PyTorch neither checks nor always writes them, and it would
    /// mean to read all of the file.
    static TorchArchive read(MemorySegment file, Refusal refusal) {
        SequencedMap<String, ZipEntries.Entry> entries = ZipEntries.of(file, refusal);
        Map<String, MemorySegment> pickles = new HashMap<>();
        entries.forEach((path, entry) -> {
            if (path.substring(path.indexOf('/') + 1).equals(PICKLE)) {
                pickles.put(path, stored(path, entry, refusal));
            }
        });
        if (pickles.size() != 1) {
            throw refusal.of(
                    "the zip file must hold one folder with data.pkl",
                    pickles.size() + " in " + entries.size() + " entries");
        }
        Map.Entry<String, MemorySegment> pickle = pickles.entrySet().iterator().next();
        String name = pickle.getKey();
        String folder = name.substring(0, name.length() - PICKLE.length());
        Map<String, MemorySegment> storages = new HashMap<>();
        String data = folder + "data/";
        entries.forEach((path, entry) -> {
            if (path.startsWith(data)) {
                storages.put(path.substring(data.length()), stored(path, entry, refusal));
            }
        });
        ZipEntries.Entry order = entries.get(folder + "byteorder");
        PickleBytes bytes = new PickleBytes(pickle.getValue(), 0, refusal);
        Object root = PickleMachine.run(bytes, new TorchClasses(refusal), refusal);
        return new TorchArchive(
                root,
                bytes.consumed(),
                order == null
                        ? ByteOrder.LITTLE_ENDIAN
                        : order(stored("byteorder", order, refusal), refusal),
                storages);
    }

    private static MemorySegment stored(String name, ZipEntries.Entry entry, Refusal refusal) {
        if (entry.method() != ZipEntries.STORED) {
            throw refusal.of(
                    "the zip file's entries must be stored (0)",
                    "method " + entry.method() + " for " + Words.quoted(name));
        }
        return entry.bytes();
    }

    private static ByteOrder order(MemorySegment entry, Refusal refusal) {
        MemorySegment start = entry.asSlice(0, Math.min(entry.byteSize(), 16));
        String word = new String(start.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        return switch (word) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw refusal.of("byteorder must be little or big", Words.quoted(word));
        };
    }
}
