package dev.tenon.kernel.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What the routines of [TileCode] and [TurnedTileCode] read from memory: eight bytes each, one
/// after another. Strides are in bytes.
@SuppressWarnings("EnumOrdinal") // the order of the constants is the order in memory
enum TileArguments {
    /// Address of the first panel of `a`.
    A,
    /// Address of the first row of `b`.
    B,
    /// Address of the first row of `c`.
    C,
    /// Address of what is added, or 0 for nothing.
    D,
    /// Depths, at least 1.
    DEPTH,
    /// From a row of `a` to the next, or from a depth to the next.
    A_STRIDE,
    /// From a depth of `b` to the next.
    B_STRIDE,
    /// From a row of `c` to the next.
    C_STRIDE,
    /// From a row of what is added to the next; 0 adds one row to all.
    D_STRIDE,
    /// Panels of rows, at least 1; zero afterwards.
    PANELS,
    /// From a panel of `a` to the next.
    A_PANEL,
    /// [Tails#argument] of the last vector.
    TAIL,
    /// Factor of the product, F32.
    ALPHA,
    /// Factor of what `c` holds, F32 ([TileFinish]).
    BETA,
    /// [Tails#argument] of the depths left over by whole vectors ([TurnedTileCode] only).
    REST,
    /// Address of room for sums, which [TileCode] needs for an activation only.
    SCRATCH,
    /// Address of the first column that is wanted next ([TurnedTileCode] only).
    NEXT;

    private static final int LINE = 64;
    private static final int BYTES = (8 * values().length + LINE - 1) / LINE * LINE;

    private final int at = 8 * ordinal();

    /// Returns this thread's arguments, with room for sums behind them.
    static MemorySegment withScratch(long bytes) {
        MemorySegment arguments = Workspace.ARGUMENTS.bytes(BYTES + bytes);
        SCRATCH.set(arguments, arguments.address() + BYTES);
        return arguments;
    }

    /// Returns the argument as an operand, with the address of all in `base`.
    Mem in(Gpr base) {
        return Mem.at(base, at);
    }

    void set(MemorySegment arguments, long value) {
        arguments.set(ValueLayout.JAVA_LONG, at, value);
    }
}
