package dev.tenon.bench;

import dev.tenon.data.Dataset;
import dev.tenon.diffusion.training.DiffusionTraining;
import dev.tenon.diffusion.training.TrainingSettings;
import dev.tenon.kernel.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Times training steps of a diffusion model and watches its memory.
final class TrainingBenchmark {
    /// The figure of images per second.
    static final String RATE = "training";

    /// Steps after which memory is looked at, besides the last: from the third on it must not grow.
    private static final int[] LOOKS = {3, 10};

    private static final int WARM_UP = 100; // steps: later ones run compiled code
    private static final double WARM_UP_SHARE = 0.2; // of all steps at most

    private static final int PEAKS = 20; // measurements of the peak

    private final DiffusionTraining training;
    private final long flopsPerStep;
    private final int steps;

    /// @param steps how many to run
    TrainingBenchmark(TrainingSettings settings, Dataset data, int steps) {
        this.steps = steps;
        training =
                new DiffusionTraining(settings.withSteps(Math.max(steps, settings.steps())), data);
        long forward = UNetWork.multiplyAdds(training.model(), settings.size(), settings.size());
        // the gradients with respect to inputs and to weights each cost as much as the forward pass
        flopsPerStep = 2 * 3 * forward * training.batch();
    }

    /// What was measured.
    ///
    /// @param figures for the report
    /// @param verdict a line about memory
    record Result(List<Figure> figures, String verdict) {}

    /// Follows the steps.
    @FunctionalInterface
    interface Listener {
        /// Hears that `steps` steps are done, the last of which took `seconds`.
        void done(int steps, double seconds);
    }

    DiffusionTraining training() {
        return training;
    }

    /// Runs the steps.
    ///
    /// @param peak measured before and in between
    /// @param listener told about each step
    Result run(Peak peak, Listener listener) {
        int threads = Parallel.threads();
        peak.of(Work.ARITHMETIC, threads);
        double[] seconds = new double[steps];
        List<MemorySample> memory = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            long begin = System.nanoTime();
            training.step();
            seconds[i] = (System.nanoTime() - begin) / 1e9;
            int done = i + 1;
            if (done == steps || Arrays.stream(LOOKS).anyMatch(look -> look == done)) {
                memory.add(MemorySample.take(done));
            }
            if (done % Math.max(1, steps / PEAKS) == 0) {
                peak.refresh(); // a busy machine leaves the peak alone only now and then
            }
            listener.done(done, seconds[i]);
        }
        double[] warm =
                Arrays.copyOfRange(seconds, (int) Math.min(WARM_UP, WARM_UP_SHARE * steps), steps);
        Arrays.sort(warm);
        double median = quantile(warm, 0.5);
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.of("training step, median", median * 1e3, "ms"));
        figures.add(Figure.of("training step, 95th percentile", quantile(warm, 0.95) * 1e3, "ms"));
        figures.add(Figure.of(RATE, training.batch() / median, "images/s"));
        figures.add(
                Figure.rate(
                        "training, arithmetic",
                        flopsPerStep / median / 1e9,
                        Work.ARITHMETIC.unit(),
                        median,
                        peak.of(Work.ARITHMETIC, threads)));
        memory.forEach(sample -> figures.addAll(sample.figures()));
        return new Result(figures, MemorySample.verdict(memory));
    }

    /// Returns the value that a share of `sorted` does not exceed.
    static double quantile(double[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
