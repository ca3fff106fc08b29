package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Copies of views against elements read one by one.
class StridedCopyTest {
    /// Axes in any order, with steps and repeated elements, and sizes about those of a square.
    @Test
    void copiesWhatEachElementIs() {
        long seed = 71;
        Random random = new Random(seed);
        List<StoredType> types = List.of(StoredType.values());
        int[] some = {1, 2, 3, 31, 32, 33, 70};
        for (int run = 0; run < 1500; run++) {
            StoredType type = types.get(random.nextInt(types.size()));
            int[] sizes = new int[random.nextInt(5)];
            for (int axis = 0; axis < sizes.length; axis++) {
                sizes[axis] = axis < 2 ? some[random.nextInt(some.length)] : 1 + random.nextInt(4);
            }
            long[] strides = strides(sizes, random);
            long last = 3;
            for (int axis = 0; axis < sizes.length; axis++) {
                last += (sizes[axis] - 1) * strides[axis];
            }
            byte[] bytes = new byte[Math.toIntExact((last + 1) * type.bytes())];
            random.nextBytes(bytes);
            ByteOrder order =
                    random.nextInt(4) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            MemorySegment from = Arena.ofAuto().allocate(bytes.length);
            from.copyFrom(MemorySegment.ofArray(bytes));
            Tensor to = Tensor.empty(type.read(), Shape.of(sizes));
            new StridedCopy(type, order).copy(to, from, 3, strides);
            assertSame(to, from, sizes, strides, type, order, "seed " + seed + ", run " + run);
        }
    }

    /// The strides of a permuted tensor, some of them 0 or larger than they need to be.
    private static long[] strides(int[] sizes, Random random) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < sizes.length; axis++) {
            axes.add(axis);
        }
        Collections.shuffle(axes, random);
        long[] strides = new long[sizes.length];
        long step = 1;
        for (int axis : axes) {
            step += random.nextInt(6) == 0 ? 2 : 0;
            strides[axis] = random.nextInt(8) == 0 ? 0 : step;
            step *= sizes[axis];
        }
        return strides;
    }

    private static void assertSame(
            Tensor to,
            MemorySegment from,
            int[] sizes,
            long[] strides,
            StoredType type,
            ByteOrder order,
            String what) {
        DType read = type.read();
        for (long i = 0; i < to.count(); i++) {
            long rest = i;
            long at = 3;
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                at += rest % sizes[axis] * strides[axis];
                rest /= sizes[axis];
            }
            long bits = bits(from, at * type.bytes(), type, order);
            long actual = bits(to.segment(), i * read.bytes(), read.bytes());
            long kept = read.bytes() == 8 ? -1 : (1L << (8 * read.bytes())) - 1;
            if ((bits & kept) != actual) {
                assertThat(actual).as(what + " " + type + " element " + i).isEqualTo(bits & kept);
            }
        }
    }

    private static long bits(MemorySegment from, long at, StoredType type, ByteOrder order) {
        long bits = 0;
        for (int i = 0; i < type.bytes(); i++) {
            int place = order == ByteOrder.LITTLE_ENDIAN ? type.bytes() - 1 - i : i;
            bits = (bits << 8) | (from.get(ValueLayout.JAVA_BYTE, at + place) & 0xff);
        }
        boolean signed = type == StoredType.I8 || type == StoredType.I16;
        int unused = 64 - 8 * type.bytes();
        return signed ? (bits << unused) >> unused : bits;
    }

    private static long bits(MemorySegment from, long at, int size) {
        long bits = 0;
        for (int i = size - 1; i >= 0; i--) {
            bits = (bits << 8) | (from.get(ValueLayout.JAVA_BYTE, at + i) & 0xff);
        }
        return bits;
    }
}
