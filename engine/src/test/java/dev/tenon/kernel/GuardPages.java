package dev.tenon.kernel;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Operands that touch a page nobody may read: one byte too far, read or written, ends the process.
///
/// Each operand has pages of its own between two such pages; those of operands that are only read
/// cannot be written. Linux and macOS.
final class GuardPages implements Placement, AutoCloseable {
    /// Which end of an operand touches the forbidden page.
    enum Side {
        /// The operand ends where the page begins; its start is as unaligned as its size.
        END,
        /// The operand begins where the page ends.
        START
    }

    private static final long GUARD = 1 << 16; // a multiple of every page size in use
    private static final int NONE = 0; // PROT_NONE
    private static final int READ = 1;
    private static final int READ_WRITE = 1 | 2;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle MAP =
            function("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));
    private static final MethodHandle PROTECT =
            function("mprotect", FunctionDescriptor.of(INT, LONG, LONG, INT));
    private static final MethodHandle UNMAP =
            function("munmap", FunctionDescriptor.of(INT, LONG, LONG));

    private record Pages(long address, long size) {}

    private final Side side;
    private final List<Pages> mapped = new ArrayList<>();

    GuardPages(Side side) {
        this.side = side;
    }

    /// Says whether this system has the calls that guard pages are made with.
    static boolean isSupported() {
        return isMac() || System.getProperty("os.name", "").startsWith("Linux");
    }

    private static boolean isMac() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac");
    }

    @Override
    @SuppressWarnings("restricted") // the pages are ours, and exactly that long
    public MemorySegment place(MemorySegment content, boolean written) {
        long size = content.byteSize();
        long inner = Math.max(1, (size + GUARD - 1) / GUARD) * GUARD;
        long first = map(inner + 2 * GUARD) + GUARD;
        long start = side == Side.START ? first : first + inner - size;
        MemorySegment.ofAddress(start).reinterpret(size).copyFrom(content);
        protect(first - GUARD, GUARD, NONE);
        protect(first + inner, GUARD, NONE);
        if (!written) {
            protect(first, inner, READ);
        }
        MemorySegment placed = MemorySegment.ofAddress(start).reinterpret(size);
        return written ? placed : placed.asReadOnly();
    }

    private long map(long size) {
        int flags = 2 | (isMac() ? 0x1000 : 0x20); // MAP_PRIVATE | MAP_ANONYMOUS
        try {
            long address = (long) MAP.invokeExact(0L, size, READ_WRITE, flags, -1, 0L);
            if (address == -1) {
                throw new IllegalStateException("guard pages: mmap refused " + size + " bytes");
            }
            mapped.add(new Pages(address, size));
            return address;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // what invokeExact declares; a downcall throws none
            throw new IllegalStateException(e);
        }
    }

    private static void protect(long address, long size, int access) {
        try {
            int refused = (int) PROTECT.invokeExact(address, size, access);
            if (refused != 0) {
                throw new IllegalStateException("guard pages: mprotect refused");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // as above
            throw new IllegalStateException(e);
        }
    }

    /// Gives the pages back.
    @Override
    public void close() {
        for (Pages pages : mapped) {
            try {
                int refused = (int) UNMAP.invokeExact(pages.address, pages.size);
                if (refused != 0) {
                    throw new IllegalStateException("guard pages: munmap refused");
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) { // as above
                throw new IllegalStateException(e);
            }
        }
        mapped.clear();
    }

    @SuppressWarnings("restricted") // functions of the operating system, as it documents them
    private static MethodHandle function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find(name)
                .map(symbol -> linker.downcallHandle(symbol, type))
                .orElseThrow();
    }
}
