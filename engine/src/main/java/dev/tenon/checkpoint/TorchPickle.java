package dev.tenon.checkpoint;

import dev.tenon.checkpoint.PickleValue.Dict;
import dev.tenon.checkpoint.PickleValue.Sequence;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// PyTorch's files (.pt, .pth, .bin, .th): what `torch.save(model.state_dict(), file)` writes, also
/// inside other dictionaries and lists.
///
/// A file is a pickle, a program that makes values, with the tensors' storages beside it. Tenon's
/// pickle machine runs no code: it knows the containers, numbers and tensors of a state_dict and
/// refuses every other class by its name. All three forms are read: zip (since 1.6), legacy, and
/// the tar files that came before.
///
/// | in the file | in the checkpoint |
/// |---|---|
/// | dictionaries and lists in each other | names joined by dots: `state_dict.layer1.0.weight` |
/// | a tensor alone | `tensor` |
/// | a view with strides, an expanded tensor | a copy, row-major |
/// | parameters | their tensors |
/// | float64, float32, float16, bfloat16, int64, int32, uint8, bool | F64 F32 F16 BF16 I64 I32 U8 BOOL |
/// | int8, int16, uint16; uint32 | I32; I64 (exact) |
/// | other types | refused by name |
/// | text, numbers, truth values in dictionaries | metadata under the same names |
/// | those in lists, and None | left out |
///
/// Training programs wrap the state_dict: `{"state_dict": ..., "epoch": 7}`, `{"model": ...}`, and
/// `DataParallel` puts `module.` before each name. [#read(Path, String)] takes what lies below such
/// a prefix.
///
/// Source: the formats as PyTorch's documentation of serialization describes them.
public final class TorchPickle {
    private static final int DEEPEST = 64;
    private static final int LONGEST_NAME = 1000;
    private static final int MOST_NAME_BYTES = 32; // for each byte of the pickle
    private static final int ZIP = 0x04034b50; // "PK", 3, 4

    private final TorchTensors makes;
    private final Refusal refusal;
    private final long most;
    private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private long visited;
    private long nameBytes;

    private TorchPickle(TorchArchive archive, long fileBytes, Refusal refusal) {
        this.refusal = refusal;
        makes = new TorchTensors(archive, fileBytes, refusal);
        most = archive.pickleBytes();
    }

    /// Returns the tensors of `file` under their full names. Those that lie in the file as they are
    /// needed are mapped, read from disk when they are used, and cannot be written in place.
    ///
    /// Every number is checked before it is used. No file makes this run code, read outside the
    /// file, or take more memory than about 50 times its pickle and 8 times the file.
    ///
    /// @throws CheckpointException if the file is missing, damaged, or asks for what is not allowed
    public static Checkpoint read(Path file) {
        Refusal refusal = new Refusal("torch", file);
        MemorySegment bytes = refusal.map();
        TorchArchive archive;
        if (bytes.byteSize() >= Integer.BYTES
                && bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 0) == ZIP) {
            archive = TorchArchive.read(bytes, refusal);
        } else if (TorchLegacy.isTar(bytes)) {
            archive = TorchLegacy.readTar(bytes, refusal);
        } else {
            archive = TorchLegacy.read(bytes, refusal);
        }
        return new TorchPickle(archive, bytes.byteSize(), refusal).checkpoint(archive.root());
    }

    /// Returns those tensors and words of `file` whose names begin with `prefix` and a dot, without
    /// these: for a wrapper such as `state_dict`, `model` or `state_dict.module`.
    ///
    /// @throws CheckpointException as [#read(Path)], or if there are no such tensors
    public static Checkpoint read(Path file, String prefix) {
        Checkpoint all = read(file);
        String start = prefix + ".";
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        all.tensors()
                .forEach((name, tensor) -> {
                    if (name.startsWith(start)) {
                        tensors.put(name.substring(start.length()), tensor);
                    }
                });
        all.metadata()
                .forEach((name, text) -> {
                    if (name.startsWith(start)) {
                        metadata.put(name.substring(start.length()), text);
                    }
                });
        if (tensors.isEmpty()) {
            throw new Refusal("torch", file)
                    .of(
                            "some tensor's name must begin with " + Words.quoted(start),
                            Checkpoint.some(all.tensors().sequencedKeySet()));
        }
        return new Checkpoint(tensors, metadata);
    }

    private Checkpoint checkpoint(Object root) {
        walk(root, "", 0, false);
        return new Checkpoint(tensors, metadata);
    }

    /// Takes what `value` holds under `name`. A value that is named again and again counts each
    /// time, so that a few bytes cannot stand for billions.
    private void walk(Object value, String name, int depth, boolean isNamed) {
        visited++;
        if (visited > most) {
            throw refusal.of(
                    "the pickle may hold at most as many values as it has bytes",
                    "more than " + most + ". It holds a value again and again");
        }
        switch (value) {
            case TorchStorage.View view -> {
                String full = name.isEmpty() ? "tensor" : name;
                if (tensors.put(full, makes.tensor(full, view)) != null) {
                    throw refusal.of(
                            "tensors must have different names", Words.quoted(full) + " again");
                }
            }
            case Dict dict -> {
                checkDepth(depth, name);
                for (int i = 0; i < dict.size(); i++) {
                    String key = key(dict.key(i), name);
                    walk(dict.value(i), join(name, key), depth + 1, true);
                }
            }
            case Sequence sequence -> {
                checkDepth(depth, name);
                for (int i = 0; i < sequence.size(); i++) {
                    Object item = sequence.get(i);
                    if (isContainer(item)) {
                        walk(item, join(name, Integer.toString(i)), depth + 1, false);
                    } else {
                        visited++;
                    }
                }
            }
            case String text when isNamed -> metadata.put(name, text);
            case Number number when isNamed -> metadata.put(name, number.toString());
            case Boolean truth when isNamed -> metadata.put(name, truth.toString());
            default -> {} // None, classes, bytes
        }
    }

    private static boolean isContainer(Object value) {
        return value instanceof Dict
                || value instanceof Sequence
                || value instanceof TorchStorage.View;
    }

    private void checkDepth(int depth, String name) {
        if (depth > DEEPEST) {
            throw refusal.of(
                    "containers may lie at most " + DEEPEST + " deep in each other",
                    "more at " + Words.quoted(name));
        }
    }

    private String key(Object key, String name) {
        return switch (key) {
            case String text -> text;
            case Long number -> number.toString();
            default ->
                    throw refusal.of(
                            "a dictionary's keys must be text or whole numbers",
                            TorchClasses.kind(key)
                                    + (name.isEmpty() ? "" : " in " + Words.quoted(name)));
        };
    }

    private String join(String name, String key) {
        String full = name.isEmpty() ? key : name + "." + key;
        nameBytes += full.length();
        if (full.length() > LONGEST_NAME || nameBytes > MOST_NAME_BYTES * most) {
            throw refusal.of(
                    "a name may have at most "
                            + LONGEST_NAME
                            + " characters, and all together "
                            + MOST_NAME_BYTES
                            + " times the bytes of the pickle",
                    full.length() + " in " + Words.quoted(full));
        }
        return full;
    }
}
