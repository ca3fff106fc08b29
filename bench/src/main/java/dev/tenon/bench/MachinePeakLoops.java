package dev.tenon.bench;

import dev.tenon.kernel.machine.MemoryLoop;
import java.util.ArrayList;
import java.util.List;

/// Loops of machine code over memory; arithmetic as the loops below have it, which nothing slows
/// down in registers.
final class MachinePeakLoops implements PeakLoops {
    private static final int AHEAD = 16_384;

    private final PeakLoops below;

    MachinePeakLoops(PeakLoops below) {
        this.below = below;
    }

    @Override
    public long multiplyAdd() {
        return below.multiplyAdd();
    }

    /// One, two or four pages side by side, with and without asking for what is read 16 KB ahead,
    /// writes through the caches and around them.
    @Override
    public List<Mover> movers(Work work) {
        List<Mover> movers = new ArrayList<>();
        for (int pages = 1; pages <= 4; pages *= 2) {
            for (int ahead = 0; ahead <= AHEAD; ahead += AHEAD) {
                movers.add(loop(work, pages, false, ahead));
                if (work.written() > 0) {
                    movers.add(loop(work, pages, true, ahead));
                }
            }
        }
        return movers;
    }

    private static Mover loop(Work work, int pages, boolean aroundCache, int ahead) {
        return MemoryLoop.of(work.read(), work.written(), work.inPlace(), pages, aroundCache, ahead)
                ::run;
    }
}
