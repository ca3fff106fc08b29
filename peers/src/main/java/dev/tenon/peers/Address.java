package dev.tenon.peers;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/// Memory of Tenon's as JavaCPP sees it, and the other way round. Nobody copies.
final class Address extends Pointer {
    private Address(MemorySegment data) {
        super((Pointer) null);
        address = data.address();
    }

    /// Returns a pointer to native memory, which must outlive it.
    static FloatPointer of(MemorySegment data) {
        return new FloatPointer(new Address(data));
    }

    /// Returns `count` F32 elements at `pointer`.
    @SuppressWarnings("restricted") // the size is the tensor's own
    static MemorySegment memory(Pointer pointer, long count) {
        return MemorySegment.ofAddress(pointer.address()).reinterpret(4 * count);
    }
}
