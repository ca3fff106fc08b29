package dev.tenon.designer.schema;

/// The places that diagnostics tell. After eight million characters only what is around a place is
/// told where the pointer is long: many deep fields may be wrong, and their pointers together are
/// far longer than the document.
final class Places {
    private static final int SHORT = 200;

    private long left = 8_000_000;

    String of(Place place) {
        String pointer = left > 0 ? place.toString() : place.within(SHORT);
        left -= pointer.length();
        return pointer;
    }
}
