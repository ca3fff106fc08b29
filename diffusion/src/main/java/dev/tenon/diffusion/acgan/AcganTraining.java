package dev.tenon.diffusion.acgan;

import static dev.tenon.tensor.ElementwiseOps.sigmoid;

import dev.tenon.data.Batches;
import dev.tenon.data.Dataset;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Init;
import dev.tenon.nn.Mode;
import dev.tenon.nn.Param;
import dev.tenon.nn.loss.BinaryCrossEntropy;
import dev.tenon.nn.loss.CrossEntropy;
import dev.tenon.optim.Adam;
import dev.tenon.optim.LearningRate;
import dev.tenon.optim.Optimizer;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Trains a [Generator] and a [Discriminator] against each other, as Keras's example mnist_acgan
/// does.
///
/// A step draws as many images as it takes real ones, with the generator in evaluation, and trains
/// the discriminator on both: real ones count as 0.95 real (one-sided soft labels), and only they
/// teach it classes, twice as much. Then it trains the generator, with the discriminator's weights
/// frozen, on twice as many images that shall pass for real and for their classes. Each has an Adam
/// of its own with β₁ 0.5 and the rate of [AcganSettings#learningRate].
///
/// All random numbers of a step come from the seed and the step's number, so that a resumed run
/// goes on with the same bytes.
public final class AcganTraining {
    private static final double BETA1 = 0.5;
    private static final double REAL = 0.95;
    private static final int SIZE = 28;
    private static final int JUDGED_AT_ONCE = 250;

    private final AcganSettings settings;
    private final Dataset data;
    private final Generator generator;
    private final Discriminator discriminator;
    private final Optimizer generatorOptimizer;
    private final Optimizer discriminatorOptimizer;
    private final Batches batches;
    private final Rng rng;
    private long done;

    /// The losses of both networks.
    public record Losses(AcganLoss generator, AcganLoss discriminator) {
        static final Losses NONE = new Losses(new AcganLoss(0, 0), new AcganLoss(0, 0));

        Losses plus(Losses other, double times) {
            return new Losses(
                    generator.plus(other.generator, times),
                    discriminator.plus(other.discriminator, times));
        }
    }

    /// Begins to train from nothing.
    ///
    /// @param data images of 28 by 28 with one channel
    /// @throws TenonException if the images have another shape
    public AcganTraining(AcganSettings settings, Dataset data) {
        if (data.height() != SIZE || data.width() != SIZE || data.channels() != 1) {
            throw new TenonException(
                    "acgan: images must be 28 x 28 with one channel; got "
                            + data.height()
                            + " x "
                            + data.width()
                            + " with "
                            + data.channels()
                            + " of "
                            + data.name()
                            + ". Use --data mnist or --data fashion-mnist");
        }
        this.settings = settings;
        this.data = data;
        rng = Rng.of(settings.seed()).derive("acgan");
        Init init = Init.of(rng.derive("init"));
        discriminator = Discriminator.of(settings, data.classes(), init);
        generator = Generator.of(settings, data.classes(), init);
        generatorOptimizer = adam(generator.params(), settings.learningRate());
        discriminatorOptimizer = adam(discriminator.params(), settings.learningRate());
        batches =
                Batches.shuffled(
                        data.count(), settings.batch(), Batches.Rest.KEEP, rng.derive("order"));
    }

    private static Optimizer adam(SequencedMap<String, Param> params, double rate) {
        return new Optimizer(
                params,
                Adam.KERAS.withBetas(BETA1, Adam.KERAS.beta2()),
                LearningRate.constant(rate));
    }

    /// Returns the settings.
    public AcganSettings settings() {
        return settings;
    }

    /// Returns what draws.
    public Generator generator() {
        return generator;
    }

    /// Returns what judges.
    public Discriminator discriminator() {
        return discriminator;
    }

    Optimizer generatorOptimizer() {
        return generatorOptimizer;
    }

    Optimizer discriminatorOptimizer() {
        return discriminatorOptimizer;
    }

    /// Returns how many steps are done.
    public long done() {
        return done;
    }

    void done(long steps) {
        done = steps;
    }

    /// Returns the steps of an epoch.
    public long perEpoch() {
        return batches.perEpoch();
    }

    /// Returns the steps in all.
    public long steps() {
        return settings.epochs() * perEpoch();
    }

    /// Says whether all steps are done.
    public boolean isFinished() {
        return done >= steps();
    }

    /// Trains both networks once and returns their losses.
    public Losses step() {
        Rng random = rng.derive("step").derive(done);
        AcganLoss[] losses = new AcganLoss[2];
        Memory.tidy(() -> {
            losses[0] = trainDiscriminator(batches.at(done), random);
            losses[1] = trainGenerator(2 * batches.at(done).length, random);
        });
        done++;
        return new Losses(losses[1], losses[0]);
    }

    private AcganLoss trainDiscriminator(long[] rows, Rng random) {
        int n = rows.length;
        Tensor classes = classes(n, random.derive("fake classes"));
        Tensor fake = draw(noise(n, random.derive("fake noise")), classes);
        Tensor images = IndexOps.cat(List.of(data.images(rows), fake), 0);
        Tensor wanted = IndexOps.cat(List.of(data.labels(rows), classes), 0);
        Tensor real = halves(n, REAL, 0).reshape(2 * n, 1);
        Tensor weights = halves(n, 2, 0);
        return Mode.train(
                random.derive("discriminator"),
                () -> {
                    Discriminator.Verdict verdict = discriminator.apply(images);
                    Tensor generation =
                            BinaryCrossEntropy.keras().apply(sigmoid(verdict.generation()), real);
                    Tensor auxiliary =
                            CrossEntropy.mean().apply(verdict.auxiliary(), wanted, weights);
                    return learn(generation, auxiliary, discriminatorOptimizer);
                });
    }

    private AcganLoss trainGenerator(int n, Rng random) {
        Tensor classes = classes(n, random.derive("classes"));
        Tensor z = noise(n, random.derive("noise"));
        discriminator.freeze();
        try {
            return Mode.train(
                    random.derive("generator"),
                    () -> {
                        Discriminator.Verdict verdict =
                                discriminator.apply(generator.apply(z, classes));
                        Tensor real = Tensor.full(DType.F32, Shape.of(n, 1), REAL);
                        Tensor generation =
                                BinaryCrossEntropy.keras()
                                        .apply(sigmoid(verdict.generation()), real);
                        Tensor auxiliary = CrossEntropy.mean().apply(verdict.auxiliary(), classes);
                        return learn(generation, auxiliary, generatorOptimizer);
                    });
        } finally {
            discriminator.thaw();
        }
    }

    private static AcganLoss learn(Tensor generation, Tensor auxiliary, Optimizer optimizer) {
        AcganLoss loss = new AcganLoss(generation.item(), auxiliary.item());
        generation.add(auxiliary).backward();
        optimizer.step();
        optimizer.clearGradients();
        return loss;
    }

    /// Draws images in evaluation.
    ///
    /// @param z [N, latent]
    /// @param classes [N] I64
    public Tensor draw(Tensor z, Tensor classes) {
        return Mode.eval(() -> Autograd.noGrad(() -> generator.apply(z, classes)));
    }

    /// Returns noise to draw `n` images from.
    public Tensor noise(int n, Rng random) {
        return random.uniform(DType.F32, Shape.of(n, settings.latent()), -1, 1);
    }

    private Tensor classes(int n, Rng random) {
        return Tensor.of(random.integers(n, 0, data.classes()));
    }

    private static Tensor halves(int n, double first, double second) {
        float[] values = new float[2 * n];
        java.util.Arrays.fill(values, 0, n, (float) first);
        java.util.Arrays.fill(values, n, 2 * n, (float) second);
        return Tensor.of(values);
    }

    /// Returns the losses on images that neither network has seen, with hard labels: the
    /// discriminator's on `test` and as many drawn images, the generator's on twice as many.
    public Losses evaluate(Dataset test) {
        Rng random = rng.derive("test").derive(done);
        Batches parts = Batches.ordered(test.count(), JUDGED_AT_ONCE, Batches.Rest.KEEP);
        Losses sum = Losses.NONE;
        for (long i = 0; i < parts.perEpoch(); i++) {
            long[] rows = parts.at(i);
            Losses[] now = new Losses[1];
            Rng part = random.derive(i);
            Memory.tidy(() -> now[0] = judge(test, rows, part));
            sum = sum.plus(now[0], (double) rows.length / test.count());
        }
        return sum;
    }

    private Losses judge(Dataset test, long[] rows, Rng random) {
        int n = rows.length;
        Tensor classes = classes(n, random.derive("fake classes"));
        Tensor fake = draw(noise(n, random.derive("fake noise")), classes);
        Tensor images = IndexOps.cat(List.of(test.images(rows), fake), 0);
        Tensor wanted = IndexOps.cat(List.of(test.labels(rows), classes), 0);
        Tensor others = classes(2 * n, random.derive("classes"));
        Tensor drawn = draw(noise(2 * n, random.derive("noise")), others);
        return new Losses(
                judged(drawn, Tensor.full(DType.F32, Shape.of(2 * n, 1), 1), others),
                judged(images, halves(n, 1, 0).reshape(2 * n, 1), wanted));
    }

    private AcganLoss judged(Tensor images, Tensor real, Tensor classes) {
        return Mode.eval(() ->
                Autograd.noGrad(() -> {
                    Discriminator.Verdict verdict = discriminator.apply(images);
                    return new AcganLoss(
                            BinaryCrossEntropy.keras()
                                    .apply(sigmoid(verdict.generation()), real)
                                    .item(),
                            CrossEntropy.mean().apply(verdict.auxiliary(), classes).item());
                }));
    }
}
