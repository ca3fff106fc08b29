package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/// The random choices behind one fuzz case: sizes around vector widths, types, numbers of every
/// kind.
///
/// The same seed draws the same case. One size may be pinned, so that a test can go through all
/// awkward sizes.
final class Draw {
    /// Sizes around the widths of vectors and blocks.
    static final int[] AWKWARD = {
        1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 23, 31, 32, 33, 63, 64, 65, 100, 127, 129, 207, 257,
        300, 513, 1023, 4099
    };

    /// Elements of a usual case, of one case in 16, of one in 250 and of one in 2000: what the
    /// definition does in a tenth of a millisecond, in three, in twenty and in a hundred. The last
    /// is more than 16 MB of F32, which kernels write past the caches.
    private static final long[] BUDGETS = {15_000, 150_000, 1_200_000, 5_000_000};

    private final SplittableRandom random;
    private final long budget;
    private final int pinned; // 0 for none
    private int pinnedTurn;

    private Draw(long seed, int pinned) {
        random = new SplittableRandom(seed);
        this.pinned = pinned;
        pinnedTurn = random.nextInt(4);
        int rare = random.nextInt(250);
        int large = Math.floorMod(seed, 8L) == 0 ? 3 : 2;
        budget = pinned > 0 ? BUDGETS[0] : BUDGETS[rare == 0 ? large : rare <= 16 ? 1 : 0];
    }

    static Draw of(long seed) {
        return new Draw(seed, 0);
    }

    /// Returns choices of which one size is `size`.
    static Draw pinned(long seed, int size) {
        return new Draw(seed, size);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int bound) {
        return random.nextInt(bound) == 0;
    }

    double between(double lo, double hi) {
        return random.nextDouble(lo, hi);
    }

    /// Returns one of `choices`.
    @SafeVarargs
    final <T> T one(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /// Returns F32 seven times out of eight, otherwise F64.
    DType type() {
        return oneIn(8) ? DType.F64 : DType.F32;
    }

    /// Returns a size from 1 to `most`.
    int size(int most) {
        if (pinned > 0 && pinned <= most && pinnedTurn-- <= 0) {
            pinnedTurn = Integer.MAX_VALUE;
            return pinned;
        }
        int size =
                switch (random.nextInt(4)) {
                    case 0 -> 1 + random.nextInt(8);
                    case 1 -> 1 + random.nextInt(40);
                    default -> AWKWARD[random.nextInt(AWKWARD.length)];
                };
        return Math.min(size, most);
    }

    /// Returns `count` sizes whose product times `cost` fits the case; the first is 0 at times.
    int[] sizes(int count, long cost) {
        int[] sizes = new int[count];
        if (pinned > 0) {
            java.util.Arrays.setAll(sizes, i -> 1 + random.nextInt(9));
            sizes[random.nextInt(count)] = pinned;
        } else {
            java.util.Arrays.setAll(sizes, i -> size(4099));
        }
        while (product(sizes, 0) * cost > budget) {
            int largest = 0;
            for (int i = 1; i < count; i++) {
                if (sizes[i] > sizes[largest] && (sizes[i] != pinned || pinned == 0)) {
                    largest = i;
                }
            }
            if (sizes[largest] == 1) {
                break;
            }
            sizes[largest] = 1 + random.nextInt(sizes[largest] / 2 + 1);
        }
        if (budget == BUDGETS[3] && cost <= 2) {
            sizes[0] = (int) ((1 << 22) / product(sizes, 1)) + 1;
        } else if (pinned == 0 && oneIn(100)) {
            sizes[0] = 0;
        }
        return sizes;
    }

    /// Returns the product of the sizes from axis `first` on.
    private static long product(int[] sizes, int first) {
        long product = 1;
        for (int i = first; i < sizes.length; i++) {
            product *= sizes[i];
        }
        return product;
    }

    /// Returns a number of elements for a flat kernel; one case in 250 is cut into several parts.
    int count() {
        if (pinned > 0) {
            return pinned;
        }
        if (budget == BUDGETS[3]) { // whole vectors or not
            return (1 << 22) + (oneIn(2) ? 16 * random.nextInt(10_000) : random.nextInt(160_000));
        }
        if (budget == BUDGETS[2]) {
            return 1 + random.nextInt(150_000);
        }
        return oneIn(100) ? 0 : budget == BUDGETS[1] ? 1 + random.nextInt(20_000) : size(4099);
    }

    /// Returns what kind of numbers a case is made of; half of the cases are ordinary.
    Values values() {
        return oneIn(2) ? Values.NORMAL : one(Values.values());
    }

    /// Returns one of `choices`, ordinary numbers in half of the cases.
    Values values(Values... choices) {
        return oneIn(2) ? Values.NORMAL : one(choices);
    }

    /// Returns `count` elements.
    MemorySegment data(long count, DType type, Values values) {
        MemorySegment data = Arena.ofAuto().allocate(Math.max(1, type.bytes(count)), 8);
        for (long i = 0; i < count; i++) {
            if (type.isFloating()) {
                type.write(data, i, values.draw(random, type));
            } else {
                type.writeLong(data, i, integer(type));
            }
        }
        return data.asSlice(0, type.bytes(count));
    }

    private long integer(DType type) {
        return switch (type) {
            case BOOL -> random.nextInt(2);
            case U8 -> random.nextInt(256);
            default -> oneIn(20) ? random.nextLong() : random.nextInt(-100, 100);
        };
    }

    /// Returns `count` numbers of I64 from 0 to below `bound`.
    MemorySegment indices(long count, int bound) {
        MemorySegment data = Arena.ofAuto().allocate(Math.max(1, 8 * count), 8);
        for (long i = 0; i < count; i++) {
            DType.I64.writeLong(data, i, random.nextInt(bound));
        }
        return data.asSlice(0, 8 * count);
    }

    /// Returns `count` elements in `[lo, hi)`.
    MemorySegment within(long count, DType type, double lo, double hi) {
        MemorySegment data = Arena.ofAuto().allocate(Math.max(1, type.bytes(count)), 8);
        for (long i = 0; i < count; i++) {
            type.write(data, i, random.nextDouble(lo, hi));
        }
        return data.asSlice(0, type.bytes(count));
    }

    /// Returns how elements of these sizes lie: one after another, with gaps, turned, or repeated.
    Lie lie(int[] sizes, boolean mayRepeat) {
        int rank = sizes.length;
        int[] order = new int[rank]; // axes from the innermost
        java.util.Arrays.setAll(order, i -> rank - 1 - i);
        if (oneIn(3)) {
            for (int i = rank - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int axis = order[i];
                order[i] = order[j];
                order[j] = axis;
            }
        }
        boolean gaps = oneIn(3);
        long[] strides = new long[rank];
        long step = gaps && oneIn(2) ? 2 : 1;
        for (int axis : order) {
            if (mayRepeat && oneIn(5)) {
                strides[axis] = 0;
                continue;
            }
            strides[axis] = step;
            step *= sizes[axis];
            if (gaps && oneIn(2)) {
                step += random.nextInt(5);
            }
        }
        return new Lie(sizes, strides, oneIn(2) ? 0 : random.nextInt(9)).turned(this);
    }

    /// How a [Strided] operand lies in its segment.
    record Lie(int[] sizes, long[] strides, long offset) {
        /// Returns the lie of contiguous elements from `offset`.
        static Lie contiguous(int[] sizes, long offset) {
            long[] strides = new long[sizes.length];
            long step = 1;
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                strides[axis] = step;
                step *= sizes[axis];
            }
            return new Lie(sizes, strides, offset);
        }

        /// Returns the same elements, at times from the last to the first along an axis.
        Lie turned(Draw d) {
            long[] steps = strides.clone();
            long first = offset;
            for (int axis = 0; axis < sizes.length; axis++) {
                if (sizes[axis] > 0 && d.oneIn(12)) {
                    first += (sizes[axis] - 1) * strides[axis];
                    steps[axis] = -strides[axis];
                }
            }
            return new Lie(sizes, steps, first);
        }

        /// Returns the elements that the segment holds, the last one's end being its own.
        long extent() {
            long last = offset;
            for (int axis = 0; axis < sizes.length; axis++) {
                if (sizes[axis] == 0) {
                    return offset;
                }
                last += (sizes[axis] - 1) * Math.max(0, strides[axis]);
            }
            return last + 1;
        }

        Strided over(MemorySegment data, DType type) {
            return new Strided(data, type, offset, sizes, strides);
        }

        @Override
        public String toString() {
            return java.util.Arrays.toString(sizes)
                    + " strides "
                    + java.util.Arrays.toString(strides)
                    + " offset "
                    + offset;
        }
    }
}
