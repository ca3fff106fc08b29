package dev.tenon.checkpoint;

import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/// NumPy's .npy files: one array.
///
/// | bytes | contents |
/// |---|---|
/// | 8 | `\x93NUMPY`, version 1.0, 2.0 or 3.0 |
/// | 2, from version 2.0 on 4 | length of the header, little-endian |
/// | length | `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, spaces, line feed |
/// | rest | the elements |
///
/// | in the file | tensor |
/// |---|---|
/// | f8 f4 f2 i8 i4 u1 b1 | F64 F32 F16 I64 I32 U8 BOOL |
/// | i1, i2, u2; u4 | I32; I64 (exact) |
/// | other types, records and objects | refused by name |
///
/// Both byte orders and both orders of axes are read; written is version 1.0, little-endian,
/// row-major. Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
public final class Npy {
    private static final String FORMAT = "npy";
    private static final int CHUNK = 1 << 20;

    private Npy() {}

    /// Returns the array in `file`. It is mapped, read from disk when it is used and cannot be
    /// written in place, if the file has it as a tensor needs it, else copied.
    ///
    /// @throws CheckpointException if the file is missing, damaged, cut off or too long, or its
    ///   type is not supported
    public static Tensor read(Path file) {
        Refusal refusal = new Refusal(FORMAT, file);
        return tensor(refusal.map(), "the array", refusal);
    }

    /// Returns the array that `array` holds with its header.
    static Tensor tensor(MemorySegment array, String what, Refusal refusal) {
        NpyHeader header = NpyHeader.parse(array, what, refusal);
        Shape shape = Shape.of(header.sizes());
        long bytes = header.type().bytes() * shape.count();
        long rest = array.byteSize() - header.bytes();
        if (bytes != rest) {
            throw refusal.of(
                    what + " must have the bytes of its type and shape and no more",
                    header.type().numpy()
                            + " "
                            + shape
                            + ", "
                            + bytes
                            + " bytes, in "
                            + rest
                            + (rest < bytes ? ". The file is cut off" : ""));
        }
        MemorySegment data = array.asSlice(header.bytes());
        StridedCopy copier = new StridedCopy(header.type(), header.order());
        if (bytes > 0 && copier.isNeedless(header.sizes(), header.strides())) {
            if (data.address() % header.type().bytes() == 0) {
                return Tensor.over(data, header.type().read(), shape);
            }
            Tensor copy = Tensor.empty(header.type().read(), shape);
            copy.segment().copyFrom(data); // faster than element by element
            return copy;
        }
        Tensor copy = Tensor.empty(header.type().read(), shape);
        copier.copy(copy, data, 0, header.strides());
        return copy;
    }

    /// Writes `tensor` to `file`, all or nothing ([AtomicFile]).
    ///
    /// @throws CheckpointException if it is BF16, which NumPy lacks, or the folder does not exist
    ///   or does not take the file; `file` is then as it was before
    public static void write(Path file, Tensor tensor) {
        byte[] header = NpyHeader.of(tensor, "the tensor", new Refusal(FORMAT, file));
        long bytes = header.length + tensor.type().bytes(tensor.count());
        AtomicFile.write(
                file,
                bytes,
                channel -> {
                    AtomicFile.writeAll(channel, ByteBuffer.wrap(header));
                    writeElements(channel, tensor);
                });
    }

    private static void writeElements(WritableByteChannel channel, Tensor tensor)
            throws IOException {
        MemorySegment data = Autograd.noGrad(tensor::contiguous).segment();
        for (long at = 0; at < data.byteSize(); at += CHUNK) {
            long size = Math.min(CHUNK, data.byteSize() - at);
            AtomicFile.writeAll(channel, data.asSlice(at, size).asByteBuffer());
        }
    }
}
