package dev.tenon.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// Operands as [MicroKernel] reads them, and products of blocks of them.
///
/// A left operand `[rows, depth]` is cut into panels of six rows, the last one or two of four where
/// that wastes fewer; a right operand `[depth, columns]` into panels of [MicroKernel#COLUMNS]
/// columns. In a panel the elements of one depth lie side by side: `[depth, width]`. What is
/// missing in the last panel is zero.
final class Panels {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    static final int LANES = Lanes.FLOATS.length();
    static final int COLUMNS = MicroKernel.COLUMNS;

    /// Depth that one pass over the panels takes: a right panel of it (16 KB) stays in the first
    /// cache while the left panels go by.
    static final int DEPTH = 256;

    private static final int CHUNK =
            256; // depths that stay in the first cache while they are interleaved

    private Panels() {}

    // ---- how rows are cut

    /// Returns the number of panels of four rows; they come last.
    static int fours(int rows) {
        return switch (rows % 6) {
            case 3, 4 -> 1;
            case 1, 2 -> rows < 6 ? 1 : 2;
            default -> 0;
        };
    }

    /// Returns the number of panels of six rows.
    static int sixes(int rows) {
        return (Math.max(0, rows - 4 * fours(rows)) + 5) / 6;
    }

    /// Returns the rows of all panels together: `rows`, or up to three more.
    static int padded(int rows) {
        return 6 * sixes(rows) + 4 * fours(rows);
    }

    /// Returns the number of panels of columns.
    static int columnPanels(int columns) {
        return (columns + COLUMNS - 1) / COLUMNS;
    }

    // ---- packing

    /// Packs a left operand.
    ///
    /// @param to `padded(rows) * depth` elements, and one vector more, from `at`
    /// @param from element `(row, k)` is number `offset + row * rowStride + k * depthStride`
    static void packRows(
            float[] to,
            int at,
            MemorySegment from,
            long offset,
            long rowStride,
            long depthStride,
            int rows,
            int depth) {
        int row = 0;
        for (int height = sixes(rows) > 0 ? 6 : 4, left = sixes(rows);
                row < padded(rows);
                row += height) {
            if (left-- == 0) {
                height = 4;
            }
            pack(
                    to,
                    at + row * depth,
                    height,
                    from,
                    offset + row * rowStride,
                    rowStride,
                    depthStride,
                    Math.min(height, rows - row),
                    depth);
        }
    }

    /// Packs panels `first` (included) to `last` (excluded) of a right operand.
    ///
    /// @param to `COLUMNS * depth` elements for each of its panels, and one vector more, from `at`
    /// @param from element `(k, column)` is number `offset + k * depthStride + column *
    ///   columnStride`
    static void packColumns(
            float[] to,
            int at,
            MemorySegment from,
            long offset,
            long depthStride,
            long columnStride,
            int depth,
            int columns,
            int first,
            int last) {
        for (int panel = first; panel < last; panel++) {
            int column = panel * COLUMNS;
            pack(
                    to,
                    at + column * depth,
                    COLUMNS,
                    from,
                    offset + column * columnStride,
                    columnStride,
                    depthStride,
                    Math.min(COLUMNS, columns - column),
                    depth);
        }
    }

    /// One panel: `to[k, lane] = from[offset + lane * laneStride + k * depthStride]`.
    private static void pack(
            float[] to,
            int at,
            int width,
            MemorySegment from,
            long offset,
            long laneStride,
            long depthStride,
            int lanes,
            int depth) {
        if (lanes < width) {
            Arrays.fill(to, at, at + width * depth, 0);
        }
        if (depthStride == 1 && depth > 1) {
            interleave(to, at, width, from, offset, laneStride, lanes, depth);
            return;
        }
        int done =
                laneStride == 1 && lanes == width
                        ? copyVectors(to, at, width, from, offset, depthStride, depth)
                        : 0;
        for (int k = done; k < depth; k++) {
            for (int lane = 0; lane < lanes; lane++) {
                to[at + k * width + lane] =
                        from.getAtIndex(FLOAT, offset + lane * laneStride + k * depthStride);
            }
        }
    }

    /// Copies whole vectors for as many depths as they reach neither beyond the panel nor beyond
    /// the segment; what a copy writes beyond its depth, the next depth overwrites.
    private static int copyVectors(
            float[] to,
            int at,
            int width,
            MemorySegment from,
            long offset,
            long depthStride,
            int depth) {
        int wide = (width + LANES - 1) / LANES * LANES;
        int count = Math.max(0, depth - (wide - width + width - 1) / width);
        long room = from.byteSize() / 4 - wide - offset;
        if (depthStride > 0) {
            count = Math.clamp(room < 0 ? 0 : room / depthStride + 1, 0, count);
        } else if (room < 0) {
            return 0;
        }
        for (int k = 0; k < count; k++) {
            for (int i = 0; i < width; i += LANES) {
                FloatVector.fromMemorySegment(
                                Lanes.FLOATS,
                                from,
                                4 * (offset + k * depthStride + i),
                                ByteOrder.LITTLE_ENDIAN)
                        .intoArray(to, at + k * width + i);
            }
        }
        return count;
    }

    private static void interleave(
            float[] to,
            int at,
            int width,
            MemorySegment from,
            long offset,
            long laneStride,
            int lanes,
            int depth) {
        float[] lines = Scratch.STAGING.floats((long) (width + LANES) * CHUNK);
        for (int begin = 0; begin < depth; begin += CHUNK) {
            int count = Math.min(CHUNK, depth - begin);
            if (laneStride == count) { // one after another, as in a small matrix
                long start = 4 * (offset + begin);
                MemorySegment.copy(from, FLOAT, start, lines, 0, lanes * count);
            } else {
                for (int lane = 0; lane < lanes; lane++) {
                    long start = 4 * (offset + lane * laneStride + begin);
                    MemorySegment.copy(from, FLOAT, start, lines, lane * count, count);
                }
            }
            interleave(to, at + begin * width, width, lines, 0, count, lanes, count);
        }
    }

    /// Puts lines side by side: `to[k, lane] = lines[lane, k]`.
    ///
    /// @param to `[depth, width]` from `at`
    /// @param lines from `from`, `stride` apart, with as many elements behind the last line as one
    ///   vector of lines has
    static void interleave(
            float[] to,
            int at,
            int width,
            float[] lines,
            int from,
            int stride,
            int lanes,
            int depth) {
        int done = 0;
        if (LANES == Turn.SIZE
                && lanes == width
                && (width % LANES == 0 || width < LANES && width >= 4)) {
            int whole =
                    width % LANES == 0 ? depth : depth - 1; // a turn writes beyond its last depth
            done = Math.max(0, whole / LANES * LANES);
            for (int lane = 0; lane < width; lane += LANES) {
                Turn.turn(to, at + lane, width, lines, from + lane * stride, stride, done);
            }
        }
        for (int lane = 0; lane < lanes; lane++) {
            int line = from + lane * stride;
            for (int k = done; k < depth; k++) {
                to[at + k * width + lane] = lines[line + k];
            }
        }
    }

    // ---- multiplying

    /// Adds to the tiles `c` the product of packed operands over `depth` elements of the depth.
    ///
    /// @param a the left panels from `ao`; a panel's rows are `aDepth` deep, of which those from
    ///   `begin` on are read
    /// @param rows rows of the left operand
    /// @param b the right panels, `bDepth` deep, from `bo` on (where the depth begins)
    /// @param panels right panels
    /// @param c `[panels, padded(rows), COLUMNS]` from `co`
    static void multiply(
            float[] a,
            int ao,
            int aDepth,
            int begin,
            int rows,
            float[] b,
            int bo,
            int bDepth,
            int panels,
            float[] c,
            int co,
            int depth) {
        int sixes = sixes(rows);
        int fours = fours(rows);
        int cp = co;
        for (int panel = 0; panel < panels; panel++) {
            int bp = bo + panel * bDepth * COLUMNS;
            int ap = ao;
            for (int i = 0; i < sixes; i++) {
                MicroKernel.rows6(a, ap + begin * 6, b, bp, c, cp, depth);
                ap += 6 * aDepth;
                cp += 6 * COLUMNS;
            }
            for (int i = 0; i < fours; i++) {
                MicroKernel.rows4(a, ap + begin * 4, b, bp, c, cp, depth);
                ap += 4 * aDepth;
                cp += 4 * COLUMNS;
            }
        }
    }

    // ---- tiles and matrices

    /// Fills tiles from a matrix: `tiles[panel, row, column] = from[offset + row * rowStride +
    /// panel * COLUMNS + column]`.
    static void load(
            float[] tiles, MemorySegment from, long offset, long rowStride, int rows, int columns) {
        int tall = padded(rows);
        for (int panel = 0, column = 0; column < columns; panel++, column += COLUMNS) {
            int count = Math.min(COLUMNS, columns - column);
            for (int row = 0; row < rows; row++) {
                int at = (panel * tall + row) * COLUMNS;
                MemorySegment.copy(
                        from, FLOAT, 4 * (offset + row * rowStride + column), tiles, at, count);
            }
        }
    }

    /// Writes tiles, from element `first` on, to a matrix: the inverse of [#load].
    static void store(
            MemorySegment to,
            long offset,
            long rowStride,
            float[] tiles,
            int first,
            int rows,
            int columns) {
        int tall = padded(rows);
        for (int panel = 0, column = 0; column < columns; panel++, column += COLUMNS) {
            int at = first + panel * tall * COLUMNS;
            if (columns - column >= COLUMNS) {
                storePanel(to, offset + column, rowStride, tiles, at, rows);
            } else {
                for (int row = 0; row < rows; row++) {
                    for (int i = 0; i < columns - column; i++) {
                        to.setAtIndex(
                                FLOAT,
                                offset + row * rowStride + column + i,
                                tiles[at + row * COLUMNS + i]);
                    }
                }
            }
        }
    }

    /// Writes one panel of full width.
    static void storePanel(
            MemorySegment to, long offset, long rowStride, float[] tiles, int at, int rows) {
        for (int row = 0; row < rows; row++) {
            long byteAt = 4 * (offset + row * rowStride);
            FloatVector.fromArray(Lanes.FLOATS, tiles, at + row * COLUMNS)
                    .intoMemorySegment(to, byteAt, ByteOrder.LITTLE_ENDIAN);
            FloatVector.fromArray(Lanes.FLOATS, tiles, at + row * COLUMNS + LANES)
                    .intoMemorySegment(to, byteAt + 4 * LANES, ByteOrder.LITTLE_ENDIAN);
        }
    }
}
