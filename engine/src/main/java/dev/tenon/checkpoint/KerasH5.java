package dev.tenon.checkpoint;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.api.dataset.ChunkedDataset;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Keras's weights: .h5 (HDF5) and .keras (a zip file with `model.weights.h5`, Keras 3).
///
/// | in the file | in the checkpoint |
/// |---|---|
/// | a data set in groups | a tensor named by the path, with dots: `model_weights.dense.dense.kernel:0` |
/// | float64; float32, float16; int64, uint32; narrower integers | F64; F32; I64; I32 (exact) |
/// | other types, data sets in chunks or never written, groups linked twice | refused by name |
/// | text attributes of the root, such as `model_config`, `keras_version` | metadata |
/// | `config.json`, `metadata.json` of a .keras file | metadata `config.json`, `metadata.json` |
///
/// Shapes are Keras's: a dense kernel is [inputs, outputs], that of a 2-D convolution [height,
/// width, inputs, outputs].
///
/// The HDF5 format is read by the library jhdf. It checks much, but promises nothing about files
/// that lie: here sizes are held to the file's before anything is read, and whatever it throws
/// becomes a [CheckpointException].
public final class KerasH5 {
    private static final String FORMAT = "keras";
    private static final String WEIGHTS = "model.weights.h5";
    private static final int ZIP = 0x04034b50; // "PK", 3, 4
    private static final int LARGEST = Integer.MAX_VALUE - 8; // what an array or buffer can hold
    private static final int DEEPEST = 64;
    private static final int MOST_NODES = 1_000_000;
    private static final int LONGEST_NAME = 1000;
    private static final long MOST_READ = 8; // int8 takes 4; two data sets may share bytes

    private final Refusal refusal;
    private final long most;
    private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Set<Long> groups = new HashSet<>(); // by address
    private long read;
    private int visited;

    private KerasH5(Refusal refusal, long fileBytes) {
        this.refusal = refusal;
        most = MOST_READ * fileBytes;
    }

    /// Returns the tensors in `file`, copied, and its words.
    ///
    /// @throws CheckpointException if the file is missing, damaged, larger than 2 GiB or asks for
    ///   what is not supported
    public static Checkpoint read(Path file) {
        Refusal refusal = new Refusal(FORMAT, file);
        MemorySegment bytes = refusal.map();
        KerasH5 keras = new KerasH5(refusal, bytes.byteSize());
        if (bytes.byteSize() >= Integer.BYTES
                && bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 0) == ZIP) {
            keras.readZip(bytes);
        } else {
            keras.readHdf(bytes);
        }
        return new Checkpoint(keras.tensors, keras.metadata);
    }

    private void readZip(MemorySegment bytes) {
        SequencedMap<String, ZipEntries.Entry> entries = ZipEntries.of(bytes, refusal);
        ZipEntries.Entry weights = entries.get(WEIGHTS);
        if (weights == null) {
            throw refusal.of(
                    "a .keras file must hold " + WEIGHTS, entries.size() + " other entries");
        }
        readHdf(stored(WEIGHTS, weights));
        for (String name : new String[] {"config.json", "metadata.json"}) {
            ZipEntries.Entry entry = entries.get(name);
            if (entry != null) {
                byte[] text = stored(name, entry).toArray(ValueLayout.JAVA_BYTE);
                metadata.put(name, new String(text, StandardCharsets.UTF_8));
            }
        }
    }

    private MemorySegment stored(String name, ZipEntries.Entry entry) {
        if (entry.method() != ZipEntries.STORED) {
            throw refusal.of(
                    "the zip file's entries must be stored (0)",
                    "method " + entry.method() + " for " + Words.quoted(name));
        }
        checkSize(name, entry.bytes());
        return entry.bytes();
    }

    private void checkSize(String name, MemorySegment bytes) {
        if (bytes.byteSize() > LARGEST) {
            throw refusal.of(
                    name + " may have at most " + LARGEST + " bytes",
                    String.valueOf(bytes.byteSize()));
        }
    }

    private void readHdf(MemorySegment bytes) {
        checkSize("HDF5 data", bytes);
        try (HdfFile hdf = HdfFile.fromByteBuffer(bytes.asByteBuffer())) {
            for (Map.Entry<String, Attribute> entry : hdf.getAttributes().entrySet()) {
                if (entry.getValue().getJavaType() == String.class
                        && entry.getValue().isScalar()
                        && entry.getValue().getData() instanceof String text) {
                    metadata.put(entry.getKey(), text);
                }
            }
            walk(hdf, "", 0);
        } catch (CheckpointException e) {
            throw e;
        } catch (RuntimeException e) { // HdfException, and others for numbers that make no sense
            throw refusal.of(
                    "the file must be whole and correct HDF5",
                    Words.quoted(String.valueOf(e.getMessage())),
                    e);
        } catch (StackOverflowError e) { // a tree that contains itself: the library recurses
            throw refusal.of("the file's trees must end", "one that goes on and on", e);
        }
    }

    private void walk(Group group, String name, int depth) {
        if (!groups.add(group.getAddress())) { // a few such links make billions of paths
            throw refusal.of(
                    "a group must lie in one place", "a second one, " + Words.quoted(name));
        }
        if (depth > DEEPEST) {
            throw refusal.of(
                    "groups may lie at most " + DEEPEST + " deep in each other",
                    "more at " + Words.quoted(name));
        }
        for (Node node : group) {
            String full = name.isEmpty() ? node.getName() : name + "." + node.getName();
            visited++;
            if (visited > MOST_NODES || full.length() > LONGEST_NAME) {
                throw refusal.of(
                        "there may be at most "
                                + MOST_NODES
                                + " groups and data sets, each with a path of at most "
                                + LONGEST_NAME
                                + " characters",
                        "more at " + Words.quoted(full));
            }
            if (node instanceof Group inner) {
                walk(inner, full, depth + 1);
            } else if (node instanceof Dataset data
                    && tensors.put(full, tensor(full, data)) != null) {
                throw refusal.of(
                        "tensors must have different names", Words.quoted(full) + " again");
            }
        }
    }

    private Tensor tensor(String name, Dataset data) {
        DType type = type(name, data.getJavaType());
        if (data instanceof ChunkedDataset || data.getDataType().getSize() > Long.BYTES) {
            throw refusal.of( // chunks may be compressed and unpack to any size
                    Words.quoted(name) + " must lie in one piece, as Keras writes it",
                    data instanceof ChunkedDataset
                            ? "chunks"
                            : "elements of " + data.getDataType().getSize() + " bytes");
        }
        Shape shape;
        try {
            shape = Shape.of(data.getDimensions());
        } catch (ShapeException e) {
            throw refusal.of(
                    "the sizes of " + Words.quoted(name) + " must be a shape",
                    Arrays.toString(data.getDimensions()),
                    e);
        }
        read += type.bytes(shape.count());
        if (read > most) {
            throw refusal.of(
                    "tensors may have at most " + MOST_READ + " times the bytes of the file",
                    read + " bytes at " + Words.quoted(name) + " and " + most);
        }
        Tensor tensor = Tensor.empty(type, shape);
        if (shape.count() > 0) {
            Object elements = data.getDataFlat();
            if (elements instanceof Object[]) { // the library's answer where there are none
                throw refusal.of(
                        Words.quoted(name) + " must have its elements in the file",
                        shape + " without");
            }
            fill(tensor.segment(), type, elements);
        }
        return tensor;
    }

    private DType type(String name, Class<?> named) {
        Class<?> type = MethodType.methodType(named).unwrap().returnType(); // of a scalar: Float
        if (type == float.class) {
            return DType.F32;
        } else if (type == double.class) {
            return DType.F64;
        } else if (type == long.class) {
            return DType.I64;
        } else if (type == int.class || type == short.class || type == byte.class) {
            return DType.I32;
        }
        throw refusal.unsupported(
                Words.quoted(name) + " has type " + type.getSimpleName(),
                "float16, float32, float64, int8 to int64, uint8 to uint32");
    }

    private static void fill(MemorySegment to, DType type, Object elements) {
        switch (elements) {
            case float[] floats ->
                    MemorySegment.copy(floats, 0, to, ValueLayout.JAVA_FLOAT, 0, floats.length);
            case double[] doubles ->
                    MemorySegment.copy(doubles, 0, to, ValueLayout.JAVA_DOUBLE, 0, doubles.length);
            case long[] longs ->
                    MemorySegment.copy(longs, 0, to, ValueLayout.JAVA_LONG, 0, longs.length);
            case int[] ints ->
                    MemorySegment.copy(ints, 0, to, ValueLayout.JAVA_INT, 0, ints.length);
            case short[] shorts -> {
                for (int i = 0; i < shorts.length; i++) {
                    type.writeLong(to, i, shorts[i]);
                }
            }
            case byte[] bytes -> {
                for (int i = 0; i < bytes.length; i++) {
                    type.writeLong(to, i, bytes[i]);
                }
            }
            case Float number -> type.write(to, 0, number);
            case Double number -> type.write(to, 0, number);
            case Number number -> type.writeLong(to, 0, number.longValue());
            default -> throw new IllegalStateException(elements.getClass().getName());
        }
    }
}
