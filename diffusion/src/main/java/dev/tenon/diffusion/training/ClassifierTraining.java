package dev.tenon.diffusion.training;

import dev.tenon.data.Batches;
import dev.tenon.data.Dataset;
import dev.tenon.nn.Init;
import dev.tenon.nn.Mode;
import dev.tenon.optim.Adam;
import dev.tenon.optim.LearningRate;
import dev.tenon.optim.Optimizer;
import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Tensor;

/// Trains a [Classifier] with Adam on cross-entropy, each image shifted by up to one pixel, and
/// measures it on images it has not seen.
public final class ClassifierTraining {
    private static final int BATCH = 64;
    private static final double LEARNING_RATE = 2e-3;
    private static final int WARMUP = 20;

    private final Dataset train;
    private final Classifier classifier;
    private final Optimizer optimizer;
    private final Batches batches;
    private final Rng rng;
    private final int steps;
    private final MovingLoss loss = new MovingLoss();
    private int done;

    /// Starts training from nothing.
    ///
    /// @param train the images to train on
    /// @param epochs passes over them
    /// @param base channels of the first convolutions
    /// @param seed of every random choice
    public ClassifierTraining(Dataset train, int epochs, int base, long seed) {
        this.train = train;
        rng = Rng.of(seed).derive("classifier");
        classifier =
                Classifier.of(
                        train.channels(),
                        train.height(),
                        train.width(),
                        train.classes(),
                        base,
                        Init.of(rng.derive("init")));
        batches = Batches.shuffled(train.count(), batch(), Batches.Rest.DROP, rng.derive("order"));
        steps = Math.toIntExact(epochs * batches.perEpoch());
        optimizer = Adam.pytorch(classifier.params(), LEARNING_RATE);
        optimizer.learningRate(
                LearningRate.warmupCosine(LEARNING_RATE, Math.min(WARMUP, steps / 10), steps));
    }

    /// Returns the number of steps in all.
    public int steps() {
        return steps;
    }

    /// Returns the classifier.
    public Classifier classifier() {
        return classifier;
    }

    /// Returns the images per step.
    public int batch() {
        return Math.min(BATCH, train.count());
    }

    /// Returns the loss, a moving average over about the last hundred steps.
    public double loss() {
        return loss.value();
    }

    /// Does one step and returns its loss.
    public double step() {
        Rng random = rng.derive("step").derive(done);
        double[] now = new double[1];
        Mode.train(
                random.derive("dropout"),
                () ->
                        Memory.tidy(() -> {
                            long[] rows = batches.at(done);
                            Tensor images = shifted(train.images(rows), random.derive("shift"));
                            Tensor error =
                                    LossOps.crossEntropy(
                                            classifier.apply(images), train.labels(rows));
                            error.backward();
                            optimizer.step();
                            optimizer.clearGradients();
                            now[0] = error.item();
                        }));
        loss.add(now[0], done);
        done++;
        return now[0];
    }

    /// Moves each image by -1, 0 or 1 pixels both ways, over a background of -1: a digit is the
    /// same digit elsewhere.
    private static Tensor shifted(Tensor images, Rng random) {
        int n = images.size(0);
        int h = images.size(2);
        int w = images.size(3);
        Tensor padded = IndexOps.pad(images, -1, 1, 1, 1, 1);
        long[] moves = random.integers(2 * n, 0, 3);
        Tensor moved = Tensor.zeros(images.type(), images.shape());
        for (int i = 0; i < n; i++) {
            int top = (int) moves[2 * i];
            int left = (int) moves[2 * i + 1];
            moved.slice(0, i, i + 1)
                    .assign(
                            padded.slice(0, i, i + 1)
                                    .slice(2, top, top + h)
                                    .slice(3, left, left + w));
        }
        return moved;
    }

    /// Returns the share of images in `test` whose class the classifier tells.
    public double accuracy(Dataset test) {
        return classifier.accuracy(test);
    }
}
