package dev.tenon.kernel.machine;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/// All routines of attention for one width of vectors, each written when it is first asked for;
/// they serve every shape.
///
/// Their first argument is the table of [AttentionSlot]s.
final class AttentionRoutines {
    /// Bits of vectors that half of 512 bits would be left empty in.
    private static final int NARROW = 256;

    private final Isa isa;
    private final Isa narrow;
    private final Family<Routine> forward;
    private final Family<AttentionBackward.Routines> backward;
    private final Family<AttentionQueries.Routines> queries;

    AttentionRoutines(Isa isa) {
        this.isa = isa;
        narrow = new Isa(NARROW, false);
        forward = new Family<>(vectors -> AttentionForward.routine(isa, vectors));
        backward = new Family<>(vectors -> AttentionBackward.Routines.of(isa, vectors));
        queries = new Family<>(bits -> AttentionQueries.Routines.of(bits == NARROW ? narrow : isa));
    }

    Isa isa() {
        return isa;
    }

    /// Returns how many queries or keys the longest tile holds.
    int tile() {
        return AttentionCode.mostVectors(isa) * isa.lanes();
    }

    /// Returns the vectors that `count` queries or keys need.
    int vectors(int count) {
        return (count + isa.lanes() - 1) / isa.lanes();
    }

    /// Returns the forward pass of tiles whose rows have that many vectors.
    Routine forward(int vectors) {
        return forward.get(vectors);
    }

    /// Returns the gradient of tiles whose rows have that many vectors.
    AttentionBackward.Routines backward(int vectors) {
        return backward.get(vectors);
    }

    /// Returns what lies along the `size` elements of a query.
    AttentionQueries.Routines queries(int size) {
        return queries.get(size <= narrow.lanes() ? NARROW : isa.bits());
    }

    /// Routines by a number.
    private record Family<R>(IntFunction<R> writer, ConcurrentHashMap<Integer, R> written) {
        Family(IntFunction<R> writer) {
            this(writer, new ConcurrentHashMap<>());
        }

        R get(int number) {
            R routine = written.get(number); // computeIfAbsent() locks
            return routine != null ? routine : written.computeIfAbsent(number, writer::apply);
        }
    }
}
