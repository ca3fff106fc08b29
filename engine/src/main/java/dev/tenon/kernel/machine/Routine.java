package dev.tenon.kernel.machine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// A function of machine code with up to six arguments of 64 bits: addresses, counts, strides.
///
/// A call takes 5 nanoseconds: it is critical in the sense of java.lang.foreign, so the thread
/// stays a Java thread, and the collector waits for it. Callers keep one call well below a
/// millisecond, and keep the segments whose addresses they pass reachable until it returns.
final class Routine {
    private static final MethodHandle CALL = handle();

    private final MemorySegment entry;
    private final List<String> listing;
    private final int size;

    private Routine(MemorySegment entry, List<String> listing, int size) {
        this.entry = entry;
        this.listing = listing;
        this.size = size;
    }

    /// Makes what `code` holds executable.
    ///
    /// @throws MachineException if the operating system refuses
    static Routine of(Assembler code) {
        byte[] bytes = code.toBytes();
        return new Routine(
                MemorySegment.ofAddress(ExecutableMemory.load(bytes)),
                code.listing(),
                bytes.length);
    }

    void call(long a, long b, long c, long d, long e, long f) {
        try {
            CALL.invokeExact(entry, a, b, c, d, e, f);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) { // what invokeExact declares; a downcall throws none
            throw new MachineException("machine code: the call failed: " + failure);
        }
    }

    /// Returns the instructions in Intel's syntax.
    List<String> listing() {
        return listing;
    }

    /// Returns the bytes of the code.
    int size() {
        return size;
    }

    @SuppressWarnings("restricted") // what is called is code of ours
    private static MethodHandle handle() {
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        return Linker.nativeLinker()
                .downcallHandle(
                        FunctionDescriptor.ofVoid(word, word, word, word, word, word),
                        Linker.Option.critical(false));
    }
}
