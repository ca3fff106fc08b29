package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.LossKernel;
import dev.tenon.kernel.PairLoss;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The family Loss in machine code: squared error and binary cross-entropy of logits in F32, one
/// pass over memory; the others go below.
///
/// Sums are F32 in lanes within chunks of 2048 elements, F64 across.
public final class MachineLoss implements LossKernel {
    private static final int GRAIN = 16_384; // elements of a part
    private static final int UNROLL = 2;

    private enum Place {
        VALUE,
        SUM,
        GRADIENT,
        TARGET_GRADIENT
    }

    /// @param scaled whether every element has an upstream gradient of its own
    private record Key(PairLoss loss, Place place, boolean scaled) {}

    private final Isa isa;
    private final LossKernel below;
    private final Map<Key, Routine> routines = new ConcurrentHashMap<>();

    /// @param below the backend that does what has no machine code
    MachineLoss(Isa isa, LossKernel below) {
        this.isa = isa;
        this.below = below;
    }

    private static boolean takes(
            PairLoss loss, DType type, long count, @Nullable MemorySegment... operands) {
        boolean takes = type == DType.F32 && loss != PairLoss.BINARY_CROSS_ENTROPY;
        for (MemorySegment operand : operands) {
            if (operand == null) {
                continue;
            }
            takes &= operand.isNative();
            if (takes && operand.byteSize() < 4 * count) {
                throw new IndexOutOfBoundsException(
                        "loss: operands must have at least "
                                + 4 * count
                                + " bytes; got "
                                + operand.byteSize());
            }
        }
        return takes;
    }

    // ---- losses of pairs

    @Override
    public void pair(
            MemorySegment y,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type) {
        if (takes(loss, type, count, y, x, target)) {
            run(new Key(loss, Place.VALUE, false), count, 1, y, x, target, x);
        } else {
            below.pair(y, x, target, count, loss, type);
        }
    }

    @Override
    public double pairSum(
            MemorySegment x, MemorySegment target, long count, PairLoss loss, DType type) {
        if (!takes(loss, type, count, x, target)) {
            return below.pairSum(x, target, count, loss, type);
        }
        Routine routine =
                routines.computeIfAbsent(
                        new Key(loss, Place.SUM, false), key -> sumRoutine(key.loss));
        int parts = Math.toIntExact((count + GRAIN - 1) / GRAIN);
        MemorySegment sums = Workspace.SUMS.bytes(8L * Math.max(1, parts));
        Parallel.run(
                parts,
                p -> {
                    long from = (long) p * GRAIN;
                    routine.call(
                            sums.address() + 8L * p,
                            x.address() + 4 * from,
                            target.address() + 4 * from,
                            Math.min(GRAIN, count - from),
                            0,
                            0);
                });
        double sum = 0;
        for (int p = 0; p < parts; p++) {
            sum += sums.getAtIndex(ValueLayout.JAVA_DOUBLE, p);
        }
        return sum;
    }

    @Override
    public void pairGradient(
            MemorySegment dx,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type) {
        if (takes(loss, type, count, dx, dy, x, target)) {
            Key key = new Key(loss, Place.GRADIENT, dy != null);
            run(key, count, factor, dx, x, target, dy == null ? x : dy);
        } else {
            below.pairGradient(dx, dy, factor, x, target, count, loss, type);
        }
    }

    @Override
    public void pairTargetGradient(
            MemorySegment dtarget,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment x,
            MemorySegment target,
            long count,
            PairLoss loss,
            DType type) {
        if (takes(loss, type, count, dtarget, dy, x, target)) {
            Key key = new Key(loss, Place.TARGET_GRADIENT, dy != null);
            run(key, count, factor, dtarget, x, target, dy == null ? x : dy);
        } else {
            below.pairTargetGradient(dtarget, dy, factor, x, target, count, loss, type);
        }
    }

    private void run(
            Key key,
            long count,
            double factor,
            MemorySegment y,
            MemorySegment x,
            MemorySegment target,
            MemorySegment dy) {
        Routine routine = routines.computeIfAbsent(key, this::routine);
        float number = (float) factor;
        Parallel.range(
                count,
                GRAIN,
                (from, to) ->
                        routine.call(
                                y.address() + 4 * from,
                                x.address() + 4 * from,
                                target.address() + 4 * from,
                                dy.address() + 4 * from,
                                Arguments.floats(number),
                                to - from));
    }

    private Routine routine(Key key) {
        Pass pass = new Pass(isa);
        Node x = pass.stream(Gpr.RSI);
        Node target = pass.stream(Gpr.RDX);
        Node factor = pass.scalar(Gpr.R8, 0);
        Node up = key.scaled ? pass.stream(Gpr.RCX).mul(factor) : factor;
        pass.store(
                Gpr.RDI,
                switch (key.place) {
                    case VALUE, SUM -> value(pass, key.loss, x, target);
                    case GRADIENT -> up.mul(slope(pass, key.loss, x, target));
                    case TARGET_GRADIENT ->
                            up.mul(
                                    key.loss == PairLoss.SQUARED_ERROR
                                            ? slope(pass, key.loss, target, x)
                                            : x.neg());
                });
        return PassCode.routine(pass, UNROLL);
    }

    private static Node value(Pass pass, PairLoss loss, Node x, Node target) {
        if (loss == PairLoss.SQUARED_ERROR) {
            Node difference = x.sub(target);
            return difference.mul(difference);
        }
        MachineMath math = new MachineMath(pass);
        Node one = pass.constant(1f);
        Node e = math.expOfNegative(x.negAbs());
        Node sum = e.add(one);
        Node lost = e.sub(sum.sub(one)); // what rounding the sum took from e
        Node logarithm = math.log(sum).add(lost.div(sum));
        return x.fnma(target, x.maximum(pass.constant(0f))).add(logarithm);
    }

    private static Node slope(Pass pass, PairLoss loss, Node x, Node target) {
        if (loss == PairLoss.SQUARED_ERROR) {
            Node difference = x.sub(target);
            return difference.add(difference);
        }
        return new MachineMath(pass).sigmoid(x).sub(target);
    }

    /// `rdi` the sum (F64), `rsi` x, `rdx` targets, `rcx` elements.
    private Routine sumRoutine(PairLoss loss) {
        int some = isa.wide() ? 4 : 2;
        Vec[] totals = new Vec[some];
        for (int i = 0; i < some; i++) {
            totals[i] = isa.vec(i);
        }
        Vec[] doubles = {isa.vec(some), isa.vec(some + 1)};
        Pass pass = new Pass(isa);
        pass.addTo(totals, value(pass, loss, pass.stream(Gpr.RSI), pass.stream(Gpr.RDX)));
        Assembler code = new Assembler();
        code.enter();
        new LaneFold(isa, code)
                .sumInChunks(
                        pass,
                        Gpr.RCX,
                        List.of(Gpr.RSI, Gpr.RDX),
                        Gpr.R8,
                        Gpr.R9,
                        totals,
                        doubles,
                        PassCode.registers(isa, some + 2));
        code.store(VectorOp.VMOVSD_STORE, Mem.at(Gpr.RDI), doubles[0].x());
        code.leave();
        return Routine.of(code);
    }

    // ---- losses of classes

    @Override
    public void crossEntropy(
            MemorySegment losses,
            MemorySegment logSumExp,
            MemorySegment logits,
            MemorySegment labels,
            int outer,
            int classes,
            int inner,
            DType type) {
        below.crossEntropy(losses, logSumExp, logits, labels, outer, classes, inner, type);
    }

    @Override
    public void crossEntropyGradient(
            MemorySegment dlogits,
            @Nullable MemorySegment dy,
            double factor,
            MemorySegment logSumExp,
            MemorySegment logits,
            MemorySegment labels,
            int outer,
            int classes,
            int inner,
            DType type) {
        below.crossEntropyGradient(
                dlogits, dy, factor, logSumExp, logits, labels, outer, classes, inner, type);
    }
}
