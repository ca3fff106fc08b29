package dev.tenon.checkpoint;

import dev.tenon.dtype.DType;
import java.util.Arrays;
import java.util.stream.Collectors;

/// The element types of PyTorch that can be read.
///
/// Integers that [DType] lacks are widened, which is exact: int8, int16 and uint16 become I32,
/// uint32 becomes I64.
enum TorchType {
    F64("DoubleStorage", "float64", 8, DType.F64),
    F32("FloatStorage", "float32", 4, DType.F32),
    F16("HalfStorage", "float16", 2, DType.F16),
    BF16("BFloat16Storage", "bfloat16", 2, DType.BF16),
    I64("LongStorage", "int64", 8, DType.I64),
    I32("IntStorage", "int32", 4, DType.I32),
    I16("ShortStorage", "int16", 2, DType.I32),
    I8("CharStorage", "int8", 1, DType.I32),
    U8("ByteStorage", "uint8", 1, DType.U8),
    BOOL("BoolStorage", "bool", 1, DType.BOOL),
    U16("", "uint16", 2, DType.I32),
    U32("", "uint32", 4, DType.I64),
    /// Bytes whose type the tensor names.
    UNTYPED("UntypedStorage", "", 1, DType.U8);

    private final String storage;
    private final String dtype;
    private final int bytes;
    private final DType read;

    TorchType(String storage, String dtype, int bytes, DType read) {
        this.storage = storage;
        this.dtype = dtype;
        this.bytes = bytes;
        this.read = read;
    }

    /// Returns the name of the storage class, empty if there is none.
    String storage() {
        return storage;
    }

    /// Returns the name of the dtype, empty if there is none.
    String dtype() {
        return dtype;
    }

    /// Returns the size of one stored element in bytes.
    int bytes() {
        return bytes;
    }

    /// Returns the type of the tensor that is made.
    DType read() {
        return read;
    }

    /// Says whether the stored bytes are the tensor's, not only its numbers.
    boolean isKept() {
        return bytes == read.bytes();
    }

    /// Returns the names of the types, for messages.
    static String supported() {
        return Arrays.stream(values())
                .map(TorchType::dtype)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.joining(", "));
    }
}
