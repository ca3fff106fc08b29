package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.diffusion.training.Ema;
import dev.tenon.diffusion.unet.UNet;
import dev.tenon.diffusion.unet.UNetSettings;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.optim.AdamW;
import dev.tenon.optim.GradientClip;
import dev.tenon.optim.Optimizer;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Training steps of whole networks: forward, mean squared error, backward, AdamW; where the recipe
/// says so, gradients clipped by their norm and a moving average of the parameters. Drawing the
/// noise is left out, for Tenon and for peers.
final class StepBenchmark {
    private static final double RATE = 3e-4;
    private static final double CLIP = 1.0;
    private static final double KEPT = 0.995;
    private static final int NOISE_STEPS = 1000;

    private StepBenchmark() {}

    static List<Trial> trials() {
        return List.of(
                digits(new UNetSettings(1, 8, 2, 4, 64, 10), 64),
                step(
                        "unet of the article, width 32, 32x32, batch 16, training step",
                        new UNetSettings(3, 32, 3, 4, 256, 0),
                        32,
                        16,
                        false));
    }

    /// The model of digits of 8x8.
    static Trial digits(UNetSettings settings, int batch) {
        return step(
                String.format(
                        "unet of the digits, width %d, 8x8, batch %d, training step",
                        settings.width(), batch),
                settings,
                8,
                batch,
                true);
    }

    /// @param size rows and columns of an image
    /// @param recipe whether gradients are clipped and parameters averaged
    private static Trial step(
            String name, UNetSettings settings, int size, int batch, boolean recipe) {
        long forward = UNetWork.multiplyAdds(UNet.of(settings, Init.of(Rng.of(0))), size, size);
        return Trial.of(
                name,
                Work.ARITHMETIC,
                2.0 * 3 * forward * batch, // each gradient costs as much as the forward pass
                () -> {
                    Step step = new Step(settings, size, batch, recipe);
                    return new TaskRun(step.task(), step);
                });
    }

    private static final class Step implements Runnable {
        private final UNet model;
        private final @Nullable Ema<UNet> average;
        private final Optimizer optimizer;
        private final Tensor x;
        private final Tensor target;
        private final int[] t;
        private final int @Nullable [] classes;
        private long done;

        Step(UNetSettings settings, int size, int batch, boolean recipe) {
            Rng rng = Rng.of(0);
            model = UNet.of(settings, Init.of(rng.derive("init")));
            average =
                    recipe ? new Ema<>(UNet.of(settings, Init.of(rng.derive("init"))), KEPT) : null;
            optimizer = AdamW.pytorch(model.params(), RATE);
            Shape shape = Shape.of(batch, settings.channels(), size, size);
            x = rng.derive("x").normal(DType.F32, shape).keep();
            target = rng.derive("target").normal(DType.F32, shape).keep();
            t = new int[batch];
            int[] labels = new int[batch];
            for (int i = 0; i < batch; i++) {
                t[i] = (i * 37 + 5) % NOISE_STEPS;
                labels[i] = i % (settings.classes() + 1) - 1;
            }
            classes = settings.classes() == 0 ? null : labels;
        }

        @Override
        public void run() {
            Memory.tidy(() -> {
                LossOps.mse(model.predict(x, t, classes), target).backward();
                if (average != null) {
                    GradientClip.byNorm(CLIP).apply(model.params().values());
                }
                optimizer.step();
                optimizer.clearGradients();
            });
            if (average != null) {
                average.update(model, done);
            }
            done++;
        }

        /// What a peer must do, with the values before the first step, its loss and gradients.
        Task task() {
            List<Task.Weights> parameters = new ArrayList<>();
            MemorySegment loss = Operands.empty(1);
            Memory.tidy(() -> {
                Tensor value = LossOps.mse(model.predict(x, t, classes), target);
                value.backward();
                loss.copyFrom(value.segment());
                model.params()
                        .forEach((name, param) ->
                                parameters.add(
                                        new Task.Weights(
                                                name,
                                                param.shape().sizes(),
                                                copy(param.value()),
                                                copy(gradient(param)))));
                optimizer.clearGradients();
            });
            return new Task.UNetStep(
                    model.settings(),
                    parameters,
                    x.segment(),
                    x.shape().sizes(),
                    t,
                    classes,
                    target.segment(),
                    loss,
                    RATE,
                    average == null ? null : CLIP,
                    average == null ? null : KEPT);
        }

        private static Tensor gradient(Param param) {
            return Objects.requireNonNull(param.gradient());
        }

        private static MemorySegment copy(Tensor tensor) {
            return Operands.empty(tensor.count()).copyFrom(tensor.segment());
        }
    }
}
