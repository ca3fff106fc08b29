package dev.tenon.checkpoint;

import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Makes the tensors of one file: in place where the elements lie one after another in the order
/// and type of [Tensor], else copied.
final class TorchTensors {
    // what a file may ask for beyond itself: int8 takes 4, and a storage may be read in some ways
    private static final long MOST_COPIES = 8;
    private static final int ALIGNMENT = 64;

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
        StoredType type = view.type();
        MemorySegment storage = storage(name, view);
        Shape shape = Shape.of(view.sizes());
        if (shape.count() == 0) {
            return Tensor.empty(type.read(), shape);
        }
        checkReach(name, view, storage.byteSize() / type.bytes());
        StridedCopy copier = new StridedCopy(type, archive.order());
        if (copier.isNeedless(view.sizes(), view.strides())) {
            long from = view.offset() * type.bytes();
            if ((storage.address() + from) % type.bytes() != 0) {
                storage = aligned(name, view.storage(), storage);
            }
            return Tensor.over(
                    storage.asSlice(from, type.read().bytes(shape.count())), type.read(), shape);
        }
        charge(name, type.read().bytes(shape.count()));
        Tensor copy = Tensor.empty(type.read(), shape);
        copier.copy(copy, storage, view.offset(), view.strides());
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
}
