package dev.tenon.checkpoint;

import dev.tenon.dtype.DType;
import java.util.Arrays;
import java.util.stream.Collectors;

/// The element types of other programs' files that can be read.
///
/// Integers that [DType] lacks are widened, which is exact: int8, int16 and uint16 become I32,
/// uint32 becomes I64.
enum StoredType {
    F64("DoubleStorage", "float64", "f8", 8, DType.F64),
    F32("FloatStorage", "float32", "f4", 4, DType.F32),
    F16("HalfStorage", "float16", "f2", 2, DType.F16),
    BF16("BFloat16Storage", "bfloat16", "", 2, DType.BF16),
    I64("LongStorage", "int64", "i8", 8, DType.I64),
    I32("IntStorage", "int32", "i4", 4, DType.I32),
    I16("ShortStorage", "int16", "i2", 2, DType.I32),
    I8("CharStorage", "int8", "i1", 1, DType.I32),
    U8("ByteStorage", "uint8", "u1", 1, DType.U8),
    BOOL("BoolStorage", "bool", "b1", 1, DType.BOOL),
    U16("", "uint16", "u2", 2, DType.I32),
    U32("", "uint32", "u4", 4, DType.I64),
    /// Bytes whose type the tensor names.
    UNTYPED("UntypedStorage", "", "", 1, DType.U8);

    private final String storage;
    private final String dtype;
    private final String numpy;
    private final int bytes;
    private final DType read;

    StoredType(String storage, String dtype, String numpy, int bytes, DType read) {
        this.storage = storage;
        this.dtype = dtype;
        this.numpy = numpy;
        this.bytes = bytes;
        this.read = read;
    }

    /// Returns the name of PyTorch's storage class, empty if there is none.
    String storage() {
        return storage;
    }

    /// Returns the name of PyTorch's dtype, empty if there is none.
    String dtype() {
        return dtype;
    }

    /// Returns NumPy's kind and size in bytes, empty if there is no such type.
    String numpy() {
        return numpy;
    }

    /// Returns the size of one stored element in bytes.
    int bytes() {
        return bytes;
    }

    /// Returns the type of the tensor that is made.
    DType read() {
        return read;
    }

    /// Returns the names of PyTorch's types, for messages.
    static String supported() {
        return Arrays.stream(values())
                .map(StoredType::dtype)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.joining(", "));
    }
}
