package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.reactive.Reactive;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How much a form keeps of what its expressions and reactions have made: what they gave, and the
/// notes of what they read.
///
/// A value counts with its size, and with no more than was made for it: one that was there before
/// and is given on, such as the options of another field, is no more memory.
final class Holding {
    static final long MOST_BYTES = 64L << 20;

    /// What is said of what found no room.
    static final String FULL =
            "what the expressions and reactions of a form make and it keeps may take "
                    + (MOST_BYTES >> 20)
                    + " MB together; this one is left out, since it would take more. Make less; the"
                    + " next change tries again";

    private static final long NOTE = 100; // bytes of a note that somebody read something
    private static final long NAME = 700; // of a name that is read and is not there
    private static final long SMALL = 1000; // bytes, of which the value need not be looked at

    private final Work work;
    private final Map<String, Long> sizes = new HashMap<>();
    private long all;
    private long refusals;
    private long missed;

    Holding(Work work) {
        this.work = work;
    }

    /// What evaluations make from now on.
    final class Making {
        private final long made = work.budget().made();
        private final long missedBefore = missed;
        private long counted;

        private long left() {
            return work.budget().made() - made - counted;
        }

        /// Notes that `value` is kept as `who` in place of what was.
        ///
        /// @throws DesignException if there is no room, or the value is too deep
        void keep(String who, @Nullable Json value) {
            Size size = measured(value);
            if (size.isTooDeep()) {
                throw new DesignException(
                        "a value must be nested at most "
                                + Size.DEEPEST
                                + " deep; this one is deeper");
            }
            long before = sizes.getOrDefault(who, 0L);
            long bytes = Math.min(size.bytes(), before + left());
            hold(who, bytes);
            counted += Math.max(0, bytes - before);
        }

        /// Notes what an expression gave and what it read, as [#keep]. What was read counts also
        /// where there is no room: others find it [#isFull] then.
        ///
        /// @param others how many other small things are kept, such as failures
        void keepAll(String who, @Nullable Json value, long others) {
            long notes = NOTE * (Reactive.reads() + others) + NAME * (missed - missedBefore);
            long bytes =
                    value == null
                            ? 0
                            : left() <= SMALL ? left() : Math.min(measured(value).bytes(), left());
            set(who, notes);
            hold(who, notes + bytes);
        }

        private Size measured(@Nullable Json value) {
            Size size = Size.of(value);
            work.take(size.parts() / 8);
            return size;
        }
    }

    /// Returns what `read` gives; a name that is not there and was not read before counts.
    @Nullable Json reading(Supplier<@Nullable Json> read) {
        int before = Reactive.reads();
        Json value = read.get();
        if (value == null && Reactive.reads() > before) {
            missed++;
        }
        return value;
    }

    /// Returns how often there was no room.
    long refusals() {
        return refusals;
    }

    private void hold(String who, long bytes) {
        long before = sizes.getOrDefault(who, 0L);
        if (bytes > before && all - before + bytes > MOST_BYTES) {
            refusals++;
            throw new DesignException(FULL);
        }
        set(who, bytes);
    }

    private void set(String who, long bytes) {
        Long before = bytes == 0 ? sizes.remove(who) : sizes.put(who, bytes);
        all += bytes - (before == null ? 0 : before);
    }

    /// Returns whether there is more than there may be.
    boolean isFull() {
        return all > MOST_BYTES;
    }

    /// Forgets what was kept as names that begin so.
    void releaseAll(String begin) {
        List.copyOf(sizes.keySet()).stream()
                .filter(who -> who.startsWith(begin))
                .forEach(this::release);
    }

    /// Forgets what was kept as `who`: it is gone.
    void release(String who) {
        set(who, 0);
    }
}
