package dev.tenon.kernel.machine;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;

/// A loop that reads some streams of memory and writes some, and computes nothing: what a machine
/// can move at most, for benchmarks to stand beside.
///
/// Each stream is a run of pages. One step of the loop does a cache line of each stream in each of
/// `pages` neighbouring pages: the prefetcher follows a page at a time, and a processor may have
/// more bytes under way when it follows several.
public final class MemoryLoop {
    /// Bytes that streams begin at a multiple of and advance by.
    public static final int PAGE = 4096;

    private static final int LINE = 64;
    private static final long CALL = 1 << 20; // bytes of a stream per call: far below a millisecond
    private static final Gpr[] STREAMS = {
        Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15
    };

    private final Routine routine;
    private final int pages;

    private MemoryLoop(Routine routine, int pages) {
        this.routine = routine;
        this.pages = pages;
    }

    /// Returns the loop over `read` and `written` streams, eight at most.
    ///
    /// @param inPlace whether the streams written are the first ones read; each then keeps its
    ///   bytes
    /// @param pages side by side, a power of two
    /// @param aroundCache whether writes go around the caches, with `vmovntps`
    /// @param ahead bytes ahead of the loop that what is read is asked for, or 0 to leave that to
    ///   the processor
    /// @throws MachineException if there is no machine code on this machine
    public static MemoryLoop of(
            int read, int written, boolean inPlace, int pages, boolean aroundCache, int ahead) {
        Isa isa = Isa.detect();
        Assembler code = new Assembler();
        int streams = inPlace ? Math.max(read, written) : read + written;
        code.enter();
        for (int i = 0; i < streams; i++) {
            code.mov(STREAMS[i], Mem.at(Gpr.RDI, 8L * i));
        }
        code.mov(Gpr.RAX, ConstantPool.address());
        int one = Float.floatToRawIntBits(1); // zeros would be stored faster
        code.emit(VectorOp.VMOVUPS, isa.vec(0), Mem.at(Gpr.RAX, ConstantPool.repeated(one)));
        Label block = new Label();
        Label line = new Label();
        code.bindLoop(block);
        code.xor(Gpr.RAX, Gpr.RAX);
        code.bindLoop(line);
        for (int at = 0; at < pages * LINE; at += isa.bytes()) {
            int displacement = at / LINE * PAGE + at % LINE;
            for (int i = 0; i < read && ahead > 0 && at % LINE == 0; i++) {
                code.prefetch(Mem.at(STREAMS[i], Gpr.RAX, 1, displacement + ahead));
            }
            step(code, isa, read, written, inPlace, displacement, aroundCache);
        }
        code.add(Gpr.RAX, LINE);
        code.cmp(Gpr.RAX, PAGE);
        code.jump(Condition.BELOW, line);
        for (int i = 0; i < streams; i++) {
            code.add(STREAMS[i], pages * PAGE);
        }
        code.sub(Gpr.RSI, pages * PAGE);
        code.jump(Condition.NOT_EQUAL, block);
        if (aroundCache) {
            code.sfence();
        }
        code.leave();
        return new MemoryLoop(Routine.of(code), pages);
    }

    /// One vector of each stream: all are read before the first is written.
    private static void step(
            Assembler code,
            Isa isa,
            int read,
            int written,
            boolean inPlace,
            int displacement,
            boolean aroundCache) {
        VectorOp store = aroundCache ? VectorOp.VMOVNTPS_STORE : VectorOp.VMOVUPS_STORE;
        for (int i = 0; i < read; i++) {
            code.emit(VectorOp.VMOVUPS, isa.vec(i), Mem.at(STREAMS[i], Gpr.RAX, 1, displacement));
        }
        for (int i = 0; i < written; i++) {
            Gpr to = STREAMS[inPlace ? i : read + i];
            code.store(
                    store, Mem.at(to, Gpr.RAX, 1, displacement), isa.vec(read == 0 ? 0 : i % read));
        }
    }

    /// Runs the loop over whole segments.
    ///
    /// Where nothing is read, ones are written.
    ///
    /// @param streams first those read, then those written unless in place: native, of one size, a
    ///   multiple of 4 pages, beginning at a page
    public void run(List<MemorySegment> streams) {
        long bytes = streams.getFirst().byteSize();
        for (MemorySegment stream : streams) {
            if (stream.byteSize() != bytes
                    || bytes % (4L * PAGE) != 0
                    || 4 % pages != 0
                    || stream.address() % PAGE != 0
                    || stream.isReadOnly()) {
                throw new IllegalArgumentException(
                        "memory loop: streams must begin at a page and be of one size, a multiple of 4 pages; got "
                                + stream);
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment addresses = arena.allocate(ValueLayout.JAVA_LONG, streams.size());
            for (long from = 0; from < bytes; from += CALL) {
                for (int i = 0; i < streams.size(); i++) {
                    addresses.setAtIndex(ValueLayout.JAVA_LONG, i, streams.get(i).address() + from);
                }
                routine.call(addresses.address(), Math.min(CALL, bytes - from), 0, 0, 0, 0);
            }
        } finally {
            Reference.reachabilityFence(streams);
        }
    }
}
