package dev.tenon.kernel.machine;

import dev.tenon.kernel.UnaryOp;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/// The routines of matrix products, each generated when it is first needed and then kept.
final class MatmulRoutines {
    private static final int MOST_ROWS = 16;
    private static final int MOST_VECTORS = 8;
    private static final int TILES = 4 * MOST_ROWS * MOST_VECTORS;

    private final Isa isa;
    private final AtomicReferenceArray<Routine> tiles = new AtomicReferenceArray<>(TILES);
    private final AtomicReferenceArray<Routine> copies =
            new AtomicReferenceArray<>(MOST_VECTORS + 1);
    private final AtomicReferenceArray<Routine> turns = new AtomicReferenceArray<>(MOST_ROWS + 1);
    private final AtomicReferenceArray<Routine> gathers = new AtomicReferenceArray<>(MOST_ROWS + 1);
    private final AtomicReferenceArray<Routine> turnedTiles =
            new AtomicReferenceArray<>(3 * (MOST_ROWS + 1) * (MOST_ROWS + 1));
    private final AtomicReferenceArray<Routine> sweeps =
            new AtomicReferenceArray<>(2 * (MOST_ROWS + 1));
    private final AtomicReferenceArray<Routine> ends = new AtomicReferenceArray<>(3);

    private final Map<TileFinish, AtomicReferenceArray<Routine>> finishedTiles =
            new ConcurrentHashMap<>();
    private final Map<UnaryOp, Routine> activations = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<Routine> scales = new AtomicReferenceArray<>(2);

    MatmulRoutines(Isa isa) {
        this.isa = isa;
    }

    Isa isa() {
        return isa;
    }

    /// Returns [TileCode#generate].
    Routine tile(int rows, int vectors, boolean masked, boolean apart, TileFinish finish) {
        int number =
                ((rows - 1) * MOST_VECTORS + vectors - 1) * 4 + (masked ? 2 : 0) + (apart ? 1 : 0);
        return get(
                finish.isNone()
                        ? tiles
                        : finishedTiles.computeIfAbsent(
                                finish, wanted -> new AtomicReferenceArray<>(TILES)),
                number,
                i -> TileCode.generate(isa, rows, vectors, masked, apart, finish));
    }

    /// Returns [PackCode#copy].
    Routine copy(int vectors) {
        return get(copies, vectors, i -> PackCode.copy(isa, i));
    }

    /// Returns [PackCode#turn].
    Routine turn(int lines) {
        return get(turns, lines, i -> PackCode.turn(isa, i));
    }

    /// Returns [PackCode#gather].
    Routine gather(int lines) {
        return get(gathers, lines, i -> PackCode.gather(isa, i));
    }

    /// Returns [TurnedTileCode#generate].
    @SuppressWarnings("EnumOrdinal") // places in an array, for as long as the process runs
    Routine turnedTile(int rows, int columns, TurnedTileCode.Pair pair) {
        int number = (pair.ordinal() * (MOST_ROWS + 1) + columns) * (MOST_ROWS + 1) + rows;
        return get(turnedTiles, number, i -> TurnedTileCode.generate(isa, rows, columns, pair));
    }

    /// Returns [SweepCode#generate].
    Routine sweep(int rows, int depths) {
        int number = 2 * rows + (depths > 1 ? 1 : 0);
        return get(sweeps, number, i -> SweepCode.generate(isa, rows, depths));
    }

    /// Returns [SweepCode#clear].
    Routine clear() {
        return get(ends, 0, i -> SweepCode.clear(isa));
    }

    /// Returns [SweepCode#finish].
    Routine finish(int vectors) {
        return get(ends, vectors, i -> SweepCode.finish(isa, i));
    }

    /// Returns [ResultCode#scale].
    Routine scale(boolean adding) {
        return get(scales, adding ? 1 : 0, i -> ResultCode.scale(isa, i > 0));
    }

    /// Returns [ResultCode#activate].
    Routine activate(UnaryOp op) {
        return activations.computeIfAbsent(op, wanted -> ResultCode.activate(isa, wanted));
    }

    /// Two threads may both generate a routine; they are the same.
    private static Routine get(
            AtomicReferenceArray<Routine> kept, int number, IntFunction<Routine> generate) {
        Routine routine = kept.get(number);
        if (routine == null) {
            routine = generate.apply(number);
            kept.set(number, routine);
        }
        return routine;
    }

    /// Packs lines of an operand: `to[depth, line]`.
    ///
    /// @param to address of the panel; beyond its last depth a vector more may be written
    /// @param toStride bytes from a depth of the panel to the next: whole vectors, or `lines`
    ///   elements where those fit into one vector
    /// @param from address of the first element
    /// @param lineStride bytes from a line to the next
    /// @param depthStride bytes from a depth to the next
    void pack(
            long to,
            long toStride,
            long from,
            long lineStride,
            long depthStride,
            int lines,
            int depth) {
        int lanes = isa.lanes();
        if (lineStride == Float.BYTES) {
            int vectors = (lines + lanes - 1) / lanes;
            long last = Tails.argument(isa, lines - (vectors - 1) * lanes);
            copy(vectors).call(to, from, toStride, depthStride, depth, last);
            return;
        }
        for (int line = 0; line < lines; line += lanes) {
            int count = Math.min(lanes, lines - line);
            long target = to + (long) Float.BYTES * line;
            long source = from + line * lineStride;
            if (depthStride == Float.BYTES) {
                long rest = Tails.argument(isa, depth % lanes);
                turn(count).call(target, source, toStride, lineStride, depth, rest);
            } else {
                gather(count).call(target, source, toStride, depthStride, depth, lineStride);
            }
        }
    }
}
