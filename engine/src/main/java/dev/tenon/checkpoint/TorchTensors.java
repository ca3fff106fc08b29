package dev.tenon.checkpoint;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Makes the tensors of one file: in place where the elements lie one after another in the order
/// and type of [Tensor], else copied.
final class TorchTensors {
    // what a file may ask for beyond itself: int8 takes 4, and a storage may be read in some ways
    private static final long MOST_COPIES = 8;
    private static final int ALIGNMENT = 64;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final TorchArchive archive;
    private final Refusal refusal;
    private final long most;
    private final Map<String, MemorySegment> aligned = new HashMap<>();
    private long copied;

    /// @param fileBytes the size of the file, to which copies are held
    TorchTensors(TorchArchive archive, long fileBytes, Refusal refusal) {
        this.archive = archive;
        this.refusal = refusal;
        most = MOST_COPIES * fileBytes;
    }

    /// Returns the tensor that `view` describes.
    ///
    /// @param name for messages
    Tensor tensor(String name, TorchStorage.View view) {
        TorchType type = view.type();
        MemorySegment storage = storage(name, view);
        Shape shape = Shape.of(view.sizes());
        if (shape.count() == 0) {
            return Tensor.empty(type.read(), shape);
        }
        checkReach(name, view, storage.byteSize() / type.bytes());
        if (type.isKept() && isDense(view) && isNative(type)) {
            long from = view.offset() * type.bytes();
            if ((storage.address() + from) % type.bytes() != 0) {
                storage = aligned(name, view.storage(), storage);
            }
            return Tensor.over(
                    storage.asSlice(from, type.read().bytes(shape.count())), type.read(), shape);
        }
        charge(name, type.read().bytes(shape.count()));
        Tensor copy = Tensor.empty(type.read(), shape);
        gather(copy.segment(), storage, view);
        return copy;
    }

    private MemorySegment storage(String name, TorchStorage.View view) {
        TorchStorage wanted = view.storage();
        MemorySegment storage = archive.storages().get(wanted.key());
        if (storage == null) {
            throw refusal.of(
                    "the file must hold the storages of its tensors",
                    "none called "
                            + Words.quoted(wanted.key())
                            + ", of tensor "
                            + Words.quoted(name));
        }
        long have = storage.byteSize() / wanted.type().bytes();
        if (wanted.offset() > have || wanted.count() > have - wanted.offset()) {
            throw refusal.of(
                    "storage "
                            + Words.quoted(wanted.key())
                            + " must have the elements it is said to",
                    wanted.count() + " from " + wanted.offset() + " on, of " + have);
        }
        return storage.asSlice(
                wanted.offset() * wanted.type().bytes(), wanted.count() * wanted.type().bytes());
    }

    private void checkReach(String name, TorchStorage.View view, long count) {
        long last = view.offset();
        boolean inside = last < count;
        for (int axis = 0; inside && axis < view.sizes().length; axis++) {
            long steps = view.sizes()[axis] - 1L;
            long stride = view.strides()[axis];
            inside = steps == 0 || stride <= (count - 1 - last) / steps;
            last += inside && steps > 0 ? steps * stride : 0;
        }
        if (!inside) {
            throw refusal.of(
                    "tensor " + Words.quoted(name) + " must lie in its storage",
                    "sizes "
                            + Arrays.toString(view.sizes())
                            + ", strides "
                            + Arrays.toString(view.strides())
                            + " and offset "
                            + view.offset()
                            + " in "
                            + count
                            + " elements");
        }
    }

    private static boolean isDense(TorchStorage.View view) {
        long expected = 1;
        for (int axis = view.sizes().length - 1; axis >= 0; axis--) {
            if (view.sizes()[axis] != 1 && view.strides()[axis] != expected) {
                return false;
            }
            expected *= view.sizes()[axis];
        }
        return true;
    }

    private boolean isNative(TorchType type) {
        return type.bytes() == 1 || archive.order() == ByteOrder.LITTLE_ENDIAN;
    }

    /// Returns a copy of a storage that lies where elements of any type may lie: the legacy form
    /// puts storages at any byte, and kernels may ask for aligned elements.
    private MemorySegment aligned(String name, TorchStorage storage, MemorySegment bytes) {
        String part = storage.key() + "@" + storage.offset() + "+" + storage.count();
        return aligned.computeIfAbsent(
                part,
                _ -> {
                    charge(name, bytes.byteSize());
                    MemorySegment copy = Arena.ofAuto().allocate(bytes.byteSize(), ALIGNMENT);
                    return copy.copyFrom(bytes).asReadOnly();
                });
    }

    private void charge(String name, long bytes) {
        copied += bytes;
        if (copied > most) {
            throw refusal.of(
                    "tensors that are copied may have at most "
                            + MOST_COPIES
                            + " times the bytes of the file",
                    copied + " bytes at tensor " + Words.quoted(name) + " and " + most);
        }
    }

    /// Copies the elements of `view` in row-major order, converting each.
    private void gather(MemorySegment to, MemorySegment from, TorchStorage.View view) {
        int[] sizes = view.sizes();
        int[] index = new int[sizes.length];
        DType read = view.type().read();
        long at = view.offset();
        long count = to.byteSize() / read.bytes();
        for (long i = 0; i < count; i++) {
            put(to, i, read, element(from, at, view.type()));
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                at += view.strides()[axis];
                if (++index[axis] < sizes[axis]) {
                    break;
                }
                at -= view.strides()[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
    }

    /// Returns the bits of element `index`, extended to 64 as the type asks.
    private long element(MemorySegment from, long index, TorchType type) {
        boolean swap = !isNative(type);
        return switch (type.bytes()) {
            case 8 -> {
                long bits = from.get(LONG, index * 8);
                yield swap ? Long.reverseBytes(bits) : bits;
            }
            case 4 -> {
                int bits = from.get(INT, index * 4);
                yield Integer.toUnsignedLong(swap ? Integer.reverseBytes(bits) : bits);
            }
            case 2 -> {
                short bits = from.get(SHORT, index * 2);
                short number = swap ? Short.reverseBytes(bits) : bits;
                yield type == TorchType.I16 ? number : number & 0xffff;
            }
            default -> {
                byte number = from.get(ValueLayout.JAVA_BYTE, index);
                yield type == TorchType.I8 ? number : number & 0xff;
            }
        };
    }

    private static void put(MemorySegment to, long index, DType read, long bits) {
        switch (read.bytes()) {
            case 8 -> to.set(LONG, index * 8, bits);
            case 4 -> to.set(INT, index * 4, (int) bits);
            case 2 -> to.set(SHORT, index * 2, (short) bits);
            default -> to.set(ValueLayout.JAVA_BYTE, index, (byte) bits);
        }
    }
}
