package dev.tenon.kernel.machine;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Conv2dSizes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// For each place of a small image the taps of the window that have an element there, and which.
///
/// @param table ints: where each place's taps begin, and then a tap and an element for each of them
/// @param places places
record PlaceTaps(MemorySegment table, int places) {
    /// Returns the taps of the forward direction.
    ///
    /// @param element bytes from one element to the next
    /// @param weight bytes from one weight to the next
    static PlaceTaps forward(Conv2dSizes sizes, int element, int weight) {
        return make(sizes, sizes.outHeight(), sizes.outWidth(), false, element, weight);
    }

    /// Returns the taps of the gradient with respect to the image.
    static PlaceTaps turned(Conv2dSizes sizes, int element, int weight) {
        return make(sizes, sizes.height(), sizes.width(), true, element, weight);
    }

    private static PlaceTaps make(
            Conv2dSizes sizes, int rows, int columns, boolean turned, int element, int weight) {
        Conv2dSettings s = sizes.settings();
        int places = rows * columns;
        MemorySegment table =
                Workspace.TABLES.bytes(4L * (places + 1 + 2L * places * sizes.window()));
        int source = turned ? sizes.outWidth() : sizes.width();
        int count = 0;
        for (int place = 0; place < places; place++) {
            table.setAtIndex(ValueLayout.JAVA_INT, place, count);
            for (int i = 0; i < sizes.kernelH(); i++) {
                int row = row(sizes, s, place / columns, i, turned);
                if (row < 0) {
                    continue;
                }
                for (int j = 0; j < sizes.kernelW(); j++) {
                    int column = column(sizes, s, place % columns, j, turned);
                    if (column >= 0) {
                        long at = places + 1 + 2L * count++;
                        int from = row * source + column;
                        table.setAtIndex(ValueLayout.JAVA_INT, at, from * element);
                        int tap = i * sizes.kernelW() + j;
                        table.setAtIndex(ValueLayout.JAVA_INT, at + 1, tap * weight);
                    }
                }
            }
        }
        table.setAtIndex(ValueLayout.JAVA_INT, places, count);
        return new PlaceTaps(table, places);
    }

    private static int row(Conv2dSizes sizes, Conv2dSettings s, int at, int tap, boolean turned) {
        int offset = tap * s.dilationH() - s.paddingH();
        return turned
                ? quotient(at - offset, s.strideH(), sizes.outHeight())
                : inside(at * s.strideH() + offset, sizes.height());
    }

    private static int column(
            Conv2dSizes sizes, Conv2dSettings s, int at, int tap, boolean turned) {
        int offset = tap * s.dilationW() - s.paddingW();
        return turned
                ? quotient(at - offset, s.strideW(), sizes.outWidth())
                : inside(at * s.strideW() + offset, sizes.width());
    }

    /// Returns `index`, or -1 if it is beyond `size`.
    private static int inside(int index, int size) {
        return index < size ? index : -1;
    }

    private static int quotient(int dividend, int divisor, int size) {
        return dividend < 0 || dividend % divisor != 0 ? -1 : inside(dividend / divisor, size);
    }

    /// Returns the address of the offsets of a place's first tap.
    long address(int place) {
        return table.address()
                + 4L * (places + 1 + 2L * table.getAtIndex(ValueLayout.JAVA_INT, place));
    }

    /// Returns the number of a place's taps.
    int count(int place) {
        return table.getAtIndex(ValueLayout.JAVA_INT, place + 1L)
                - table.getAtIndex(ValueLayout.JAVA_INT, place);
    }
}
