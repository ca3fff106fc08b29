package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.Task.NormKind;
import dev.tenon.bench.peer.Task.NormSettings;
import dev.tenon.bench.peer.Task.Result;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A norm's memory and the kernels that Tenon's layer calls for it, the move of the running
/// statistics included.
final class NormRun {
    private static final double MOMENTUM = 0.1;

    private final NormSettings of;
    private final boolean backward;
    private final NormShape shape;
    private final MemorySegment x;
    private final MemorySegment dy;
    private final MemorySegment weight;
    private final MemorySegment bias;
    private final MemorySegment runningMean;
    private final MemorySegment runningVariance;
    private final MemorySegment mean; // F64, one per statistic, as are the next two
    private final MemorySegment variance;
    private final MemorySegment rstd;
    private final MemorySegment y;
    private final MemorySegment dx;
    private final MemorySegment dweight;
    private final MemorySegment dbias;
    private final NormEpilogue end;

    NormRun(NormSettings of, boolean backward) {
        this.of = of;
        this.backward = backward;
        shape = shape(of);
        int parameters = shape.parameters();
        int statistics = isPerChannel() ? parameters : shape.rows();
        x = Operands.numbers(shape.count());
        dy = Operands.numbers(shape.count(), 1);
        weight = Operands.numbers(parameters, 2);
        bias = Operands.numbers(parameters, 3);
        runningMean = Operands.numbers(parameters, 4);
        runningVariance = Operands.empty(parameters);
        for (int c = 0; c < parameters; c++) {
            DType.F32.write(runningVariance, c, 0.5 + 0.01 * (c % 100));
        }
        mean = Operands.empty(DType.F64, statistics);
        variance = Operands.empty(DType.F64, statistics);
        rstd = Operands.empty(DType.F64, statistics);
        y = Operands.empty(shape.count());
        dx = Operands.empty(shape.count());
        dweight = Operands.empty(parameters);
        dbias = Operands.empty(parameters);
        end = NormEpilogue.of(weight, bias);
    }

    private static NormShape shape(NormSettings of) {
        int[] n = of.sizes();
        int space = 1;
        for (int axis = 2; axis < n.length; axis++) {
            space *= n[axis];
        }
        NormShape shape =
                switch (of.kind()) {
                    case BATCH ->
                            of.channelsLast() // all places are rows
                                    ? NormShape.channels(n[0] * space, n[1], 1)
                                    : NormShape.channels(n[0], n[1], space);
                    case INSTANCE -> NormShape.channels(n[0], n[1], space);
                    case GROUP -> new NormShape(n[0], of.groups(), n[1] / of.groups(), space);
                    case LAYER, RMS -> NormShape.rows(n[0], n[1] * space);
                };
        return of.channelsLast() && of.kind() != NormKind.BATCH ? shape.channelsLast() : shape;
    }

    private boolean isPerChannel() {
        return of.kind() == NormKind.BATCH || (of.kind() == NormKind.INSTANCE && !of.ofBatch());
    }

    /// What instance norm does with running statistics is batch norm.
    private NormShape channelShape() {
        return shape.isLast()
                ? NormShape.channels(shape.samples() * shape.inner(), shape.parameters(), 1)
                : shape;
    }

    void run(NormKernel kernel) {
        if (of.kind() == NormKind.RMS) {
            rms(kernel);
        } else if (isPerChannel()) {
            perChannel(kernel);
        } else {
            kernel.normalize(y, mean, rstd, x, end, shape, of.eps(), DType.F32);
            if (backward) {
                kernel.normalizeGradient(gradients(), dy, x, mean, rstd, end, shape, DType.F32);
            }
        }
    }

    private NormGradients gradients() {
        return NormGradients.of(dx, dweight, dbias);
    }

    private void rms(NormKernel kernel) {
        int rows = shape.rows();
        int size = shape.size();
        kernel.rmsNormalize(y, rstd, x, weight, rows, size, of.eps(), DType.F32);
        if (backward) {
            kernel.rmsNormalizeGradient(dx, dweight, dy, x, rstd, weight, rows, size, DType.F32);
        }
    }

    private void perChannel(NormKernel kernel) {
        NormShape channels = channelShape();
        if (of.ofBatch()) {
            kernel.channelMoments(mean, variance, x, channels, DType.F32);
            move(runningMean, mean, 1);
            double n = channels.perParameter();
            move(runningVariance, variance, n / (n - 1));
        } else {
            for (int c = 0; c < channels.parameters(); c++) {
                DType.F64.write(mean, c, DType.F32.read(runningMean, c));
                DType.F64.write(variance, c, DType.F32.read(runningVariance, c));
            }
        }
        for (int c = 0; c < channels.parameters(); c++) {
            DType.F64.write(rstd, c, 1 / Math.sqrt(DType.F64.read(variance, c) + of.eps()));
        }
        kernel.channelNormalize(y, mean, rstd, x, end, channels, DType.F32);
        if (backward) {
            kernel.channelNormalizeGradient(
                    gradients(), dy, x, mean, rstd, of.ofBatch(), end, channels, DType.F32);
        }
    }

    private void move(MemorySegment running, MemorySegment toward, double factor) {
        for (int c = 0; c < shape.parameters(); c++) {
            double to = DType.F64.read(toward, c) * factor;
            double moved = (1 - MOMENTUM) * DType.F32.read(running, c) + MOMENTUM * to;
            DType.F32.write(running, c, moved);
        }
    }

    /// What the last run left, and how far off a peer may be.
    List<Result> results() {
        List<Result> results = new ArrayList<>();
        results.add(new Result(y, 2e-5));
        if (backward) {
            results.add(new Result(dx, 2e-5));
            results.add(new Result(dweight, 2e-3));
            if (of.kind() != NormKind.RMS) {
                results.add(new Result(dbias, 2e-3));
            }
        }
        return results;
    }

    /// What a peer must do.
    Task.Norm task() {
        return new Task.Norm(
                of, x, weight, bias, runningMean, runningVariance, backward ? dy : null, results());
    }
}
