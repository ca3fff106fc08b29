package dev.tenon.checkpoint;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The safetensors format: named tensors that are read in place, without running anything.
///
/// | bytes | contents |
/// |---|---|
/// | 8 | length n of the header, little-endian |
/// | n | JSON `{"__metadata__": {key: text}, name: {"dtype", "shape", "data_offsets": [begin, end]}}` |
/// | rest | the tensors, row-major, little-endian, one after another; offsets count from here |
///
/// The header is padded with spaces.
///
/// Types: F64 F32 F16 BF16 I64 I32 U8 BOOL. Source: the format's description in the repository
/// huggingface/safetensors.
public final class Safetensors {
    static final String METADATA = "__metadata__";
    private static final long LENGTH_BYTES = 8;
    private static final long LONGEST_HEADER = 100_000_000; // as in the format's own library
    private static final int CHUNK = 1 << 20;
    private static final ValueLayout.OfLong LENGTH =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final JsonFactory JSON = new JsonFactory();

    private Safetensors() {}

    // ---- reading

    /// Maps `file` into memory and returns its tensors, which lie in the mapping and are read from
    /// disk when they are used. They cannot be written in place; copy them into others.
    ///
    /// Every number in the header is checked before it is used, so no file can make this read
    /// outside the file, or take more memory than a small multiple of its header.
    ///
    /// @throws CheckpointException if the file is missing or is not a whole and correct safetensors
    ///   file
    public static Checkpoint read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException("safetensors: the file must exist; got " + file);
        }
        MemorySegment all;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (IOException e) {
            throw new CheckpointException(
                    "safetensors: "
                            + file
                            + ": the file must be readable; got "
                            + AtomicFile.reason(e),
                    e);
        }
        long headerBytes = headerBytes(all, file);
        byte[] json = all.asSlice(LENGTH_BYTES, headerBytes).toArray(ValueLayout.JAVA_BYTE);
        MemorySegment data = all.asSlice(LENGTH_BYTES + headerBytes);
        SafetensorsHeader header = SafetensorsHeader.parse(json, data.byteSize(), file);
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            tensors.put(entry.name(), tensor(entry, data));
        }
        return new Checkpoint(tensors, header.metadata());
    }

    private static long headerBytes(MemorySegment all, Path file) {
        if (all.byteSize() < LENGTH_BYTES) {
            throw new CheckpointException(
                    "safetensors: "
                            + file
                            + ": the file must begin with the 8-byte length of its header; got a file of "
                            + all.byteSize()
                            + " bytes");
        }
        long bytes = all.get(LENGTH, 0);
        long rest = all.byteSize() - LENGTH_BYTES;
        if (bytes < 0 || bytes > LONGEST_HEADER || bytes > rest) {
            throw new CheckpointException(
                    "safetensors: "
                            + file
                            + ": the header's length must be at most "
                            + LONGEST_HEADER
                            + " and the rest of the file; got length "
                            + Long.toUnsignedString(bytes)
                            + " and "
                            + rest
                            + " bytes after it. The file is cut off or not safetensors");
        }
        return bytes;
    }

    private static Tensor tensor(SafetensorsHeader.Entry entry, MemorySegment data) {
        DType type = entry.type();
        MemorySegment mapped = data.asSlice(entry.begin(), entry.end() - entry.begin());
        if (mapped.address() % type.bytes() == 0) {
            return Tensor.over(mapped, type, entry.shape());
        }
        // written without padding by another program: kernels may ask for aligned elements
        Tensor copy = Tensor.empty(type, entry.shape());
        copy.segment().copyFrom(mapped);
        return copy;
    }

    // ---- writing

    /// Writes `checkpoint` to `file`, all or nothing ([AtomicFile]).
    ///
    /// Equal contents give equal bytes, whatever order they were put in: metadata is sorted by key,
    /// tensors by element size (largest first, so that each is aligned) and then by name.
    ///
    /// @throws CheckpointException if a tensor is called `__metadata__`, or the folder does not
    ///   exist or does not take the file; `file` is then as it was before
    public static void write(Path file, Checkpoint checkpoint) {
        write(file, checkpoint, channel -> channel);
    }

    /// Writes through `disk`, which a test puts around the channel to simulate a disk that fails.
    static void write(Path file, Checkpoint checkpoint, UnaryOperator<WritableByteChannel> disk) {
        if (checkpoint.tensors().containsKey(METADATA)) {
            throw new CheckpointException(
                    "safetensors: "
                            + file
                            + ": no tensor may be called __metadata__; got one of "
                            + checkpoint.tensor(METADATA).shape());
        }
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(checkpoint.tensors().entrySet());
        order.sort(
                Comparator.comparingInt((Map.Entry<String, Tensor> entry) ->
                                -entry.getValue().type().bytes())
                        .thenComparing(Map.Entry::getKey));
        byte[] header = header(order, checkpoint.metadata());
        long bytes = LENGTH_BYTES + header.length;
        for (Map.Entry<String, Tensor> entry : order) {
            bytes += bytes(entry.getValue());
        }
        AtomicFile.write(file, bytes, channel -> writeParts(channel, header, order), disk);
    }

    private static void writeParts(
            WritableByteChannel channel, byte[] header, List<Map.Entry<String, Tensor>> order)
            throws IOException {
        ByteBuffer length = ByteBuffer.allocate((int) LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        AtomicFile.writeAll(channel, length.putLong(0, header.length));
        AtomicFile.writeAll(channel, ByteBuffer.wrap(header));
        for (Map.Entry<String, Tensor> entry : order) {
            Tensor tensor = entry.getValue();
            MemorySegment data = Autograd.noGrad(tensor::contiguous).segment();
            for (long at = 0; at < data.byteSize(); at += CHUNK) {
                long size = Math.min(CHUNK, data.byteSize() - at);
                AtomicFile.writeAll(channel, data.asSlice(at, size).asByteBuffer());
            }
        }
    }

    private static byte[] header(
            List<Map.Entry<String, Tensor>> order, Map<String, String> metadata) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeName(METADATA);
                json.writeStartObject();
                new TreeMap<>(metadata).forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            long begin = 0;
            for (Map.Entry<String, Tensor> entry : order) {
                Tensor tensor = entry.getValue();
                long end = begin + bytes(tensor);
                json.writeName(entry.getKey());
                json.writeStartObject();
                json.writeStringProperty("dtype", tensor.type().name());
                json.writeName("shape");
                int[] sizes = tensor.shape().sizes();
                json.writeArray(sizes, 0, sizes.length);
                json.writeName("data_offsets");
                json.writeArray(new long[] {begin, end}, 0, 2);
                json.writeEndObject();
                begin = end;
            }
            json.writeEndObject();
        }
        int padding = (int) (-out.size() & (LENGTH_BYTES - 1)); // so that the data starts aligned
        out.writeBytes(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    private static long bytes(Tensor tensor) {
        return tensor.type().bytes(tensor.count());
    }
}
