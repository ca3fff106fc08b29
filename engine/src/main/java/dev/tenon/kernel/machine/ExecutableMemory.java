package dev.tenon.kernel.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/// Pages that hold machine code: asked for from the operating system, written, then made executable
/// and no longer writable. Never both at once, and never given back: routines live as long as the
/// process.
final class ExecutableMemory {
    private static final int READ_WRITE = 1 | 2; // PROT_READ | PROT_WRITE
    private static final int READ_EXECUTE = 1 | 4;
    private static final int PRIVATE = 2; // MAP_PRIVATE
    private static final int ANONYMOUS_LINUX = 0x20; // MAP_ANONYMOUS
    private static final int ANONYMOUS_MAC = 0x1000;
    private static final int COMMIT_RESERVE = 0x3000; // MEM_COMMIT | MEM_RESERVE
    private static final int PAGE_READWRITE = 4;
    private static final int PAGE_EXECUTE_READ = 0x20;
    private static final long PAGE = 4096;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private ExecutableMemory() {}

    /// Returns the address of `code` in executable memory.
    ///
    /// @throws MachineException if the operating system refuses
    static long load(byte[] code) {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        long size = (code.length + PAGE - 1) / PAGE * PAGE;
        try {
            return os.startsWith("windows")
                    ? loadOnWindows(code, size)
                    : loadOnUnix(code, size, os.startsWith("mac"));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // what MethodHandle.invokeExact declares; a downcall throws none
            throw new MachineException("machine code: the call into the system failed: " + e);
        }
    }

    private static long loadOnUnix(byte[] code, long size, boolean mac) throws Throwable {
        MethodHandle map =
                function("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));
        MethodHandle protect = function("mprotect", FunctionDescriptor.of(INT, LONG, LONG, INT));
        int flags = PRIVATE | (mac ? ANONYMOUS_MAC : ANONYMOUS_LINUX);
        long address = (long) map.invokeExact(0L, size, READ_WRITE, flags, -1, 0L);
        if (address == -1) {
            throw new MachineException("machine code: mmap refused " + size + " bytes");
        }
        write(address, size, code);
        int refused = (int) protect.invokeExact(address, size, READ_EXECUTE);
        if (refused != 0) {
            throw new MachineException("machine code: mprotect refused to make code executable");
        }
        return address;
    }

    private static long loadOnWindows(byte[] code, long size) throws Throwable {
        MethodHandle allocate =
                function("VirtualAlloc", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT));
        MethodHandle protect =
                function("VirtualProtect", FunctionDescriptor.of(INT, LONG, LONG, INT, LONG));
        long address = (long) allocate.invokeExact(0L, size, COMMIT_RESERVE, PAGE_READWRITE);
        if (address == 0) {
            throw new MachineException("machine code: VirtualAlloc refused " + size + " bytes");
        }
        write(address, size, code);
        try (Arena arena = Arena.ofConfined()) {
            long old = arena.allocate(INT).address();
            int done = (int) protect.invokeExact(address, size, PAGE_EXECUTE_READ, old);
            if (done == 0) {
                throw new MachineException(
                        "machine code: VirtualProtect refused to make code executable");
            }
        }
        return address;
    }

    @SuppressWarnings("restricted") // the pages are ours, and exactly that long
    private static void write(long address, long size, byte[] code) {
        MemorySegment pages = MemorySegment.ofAddress(address).reinterpret(size);
        MemorySegment.copy(code, 0, pages, ValueLayout.JAVA_BYTE, 0, code.length);
    }

    @SuppressWarnings("restricted") // functions of the operating system, as it documents them
    private static MethodHandle function(String name, FunctionDescriptor type) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup system = linker.defaultLookup();
        MemorySegment symbol =
                system.find(name)
                        .or(() ->
                                name.startsWith("Virtual")
                                        ? SymbolLookup.libraryLookup("kernel32", Arena.global())
                                                .find(name)
                                        : java.util.Optional.empty())
                        .orElseThrow(() ->
                                new MachineException(
                                        "machine code: the system has no function " + name));
        return linker.downcallHandle(symbol, type);
    }
}
