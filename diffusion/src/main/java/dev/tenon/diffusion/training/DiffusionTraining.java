package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.data.Batches;
import dev.tenon.data.Dataset;
import dev.tenon.diffusion.NoiseSchedule;
import dev.tenon.diffusion.unet.UNet;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Mode;
import dev.tenon.optim.AdamW;
import dev.tenon.optim.GradientClip;
import dev.tenon.optim.LearningRate;
import dev.tenon.optim.Optimizer;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// Trains a U-Net to estimate noise (Ho et al. 2020, algorithm 1): draws images x_0, steps t and
/// noise eps, and descends on `L = |eps - eps_theta(sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t)
/// eps, t, class)|^2`; with [Prediction#VELOCITY] the velocity stands for the noise on both sides.
///
/// Every random number of step n is a function of the seed and n, and so is the order of the data.
/// The state is therefore parameters, moving average, optimizer and the number of steps: training
/// that was stopped and resumed ends with the same bytes as training that was not.
public final class DiffusionTraining {
    /// The loss.
    public static final Formula FORMULA =
            Formula.of(
                    "L = \\mathbb{E}_{t, x_0, \\varepsilon}\\left\\|\\varepsilon - \\varepsilon_\\theta\\left("
                            + "\\sqrt{\\bar\\alpha_t}\\,x_0 + \\sqrt{1-\\bar\\alpha_t}\\,\\varepsilon,"
                            + "\\; t,\\; c\\right)"
                            + "\\right\\|^2",
                    "Ho et al. 2020, equation 14 and algorithm 1",
                    "\\varepsilon",
                    "noise that was added",
                    "\\varepsilon_\\theta",
                    "the network",
                    "x_0",
                    "clean image",
                    "t",
                    "step, uniform",
                    "c",
                    "class, dropped now and then");

    private static final String FORMAT = "tenon-diffusion-training-1";

    private final TrainingSettings settings;
    private final Dataset data;
    private final NoiseSchedule schedule;
    private final UNet model;
    private final Ema<UNet> ema;
    private final Optimizer optimizer;
    private final GradientClip clip;
    private final Batches batches;
    private final Rng rng;
    private final MovingLoss loss = new MovingLoss();
    private int done;

    /// Starts training from nothing.
    ///
    /// @param settings what to compute
    /// @param data the images to train on, of any size
    public DiffusionTraining(TrainingSettings settings, Dataset data) {
        this.settings = settings;
        this.data = data.resized(settings.size(), settings.size());
        rng = Rng.of(settings.seed());
        schedule = NoiseSchedule.of(settings.schedule(), settings.noiseSteps());
        model = UNet.of(settings.network(), Init.of(rng.derive("init")));
        model.outc()
                .weight()
                .value()
                .assign(Tensor.zeros(model.outc().weight().shape().sizes())); // first estimate: 0
        ema =
                new Ema<>(
                        UNet.of(settings.network(), Init.of(rng.derive("init"))),
                        settings.emaDecay());
        ema.model().copyFrom(model);
        LearningRate rate =
                LearningRate.warmupCosine(
                        settings.learningRate(),
                        Math.min(settings.warmup(), settings.steps() / 10),
                        settings.steps());
        optimizer = AdamW.pytorch(model.params(), rate);
        clip = GradientClip.byNorm(settings.clipNorm());
        batches = Batches.shuffled(data.count(), batch(), Batches.Rest.DROP, rng.derive("order"));
    }

    /// Returns the settings.
    public TrainingSettings settings() {
        return settings;
    }

    /// Returns the number of steps done.
    public int done() {
        return done;
    }

    /// Says whether all steps are done.
    public boolean isFinished() {
        return done >= settings.steps();
    }

    /// Returns the model whose parameters are the moving average: the one to sample with.
    public UNet average() {
        return ema.model();
    }

    /// Returns the model that is trained.
    public UNet model() {
        return model;
    }

    /// Returns the images per step.
    public int batch() {
        return Math.min(settings.batch(), data.count());
    }

    /// Returns the loss, a moving average over about the last hundred steps; 0 before the first.
    public double loss() {
        return loss.value();
    }

    /// Does one step and returns its loss, a mean over the batch: it scatters, since t is drawn
    /// anew for each image.
    ///
    /// @throws TenonException if the loss is not a number
    public double step() {
        Rng random = rng.derive("step").derive(done);
        double[] now = new double[1];
        Mode.train(
                random.derive("dropout"),
                () ->
                        Memory.tidy(() -> {
                            now[0] = descend(random);
                        }));
        if (!Double.isFinite(now[0])) {
            throw new TenonException(
                    "train: the loss must be finite; got "
                            + now[0]
                            + " at step "
                            + done
                            + ". Try a smaller learning rate than "
                            + settings.learningRate());
        }
        ema.update(model, done);
        loss.add(now[0], done);
        done++;
        return now[0];
    }

    private double descend(Rng random) {
        long[] rows = batches.at(done);
        Tensor images = data.images(rows);
        Tensor noise = random.derive("noise").normal(DType.F32, images.shape());
        int[] t = new int[rows.length];
        long[] steps = random.derive("t").integers(rows.length, 0, schedule.steps());
        for (int i = 0; i < t.length; i++) {
            t[i] = (int) steps[i];
        }
        Tensor noisy = schedule.addNoise(images, noise, t);
        Tensor loss =
                LossOps.mse(
                        model.predict(noisy, t, classes(rows, random)),
                        settings.prediction().target(schedule, images, noise, t));
        loss.backward();
        clip.apply(model.params().values());
        optimizer.step();
        optimizer.clearGradients();
        return loss.item();
    }

    /// The class of each sample, or -1 where it is dropped: per sample, so that every batch trains
    /// both estimates.
    private int[] classes(long[] rows, Rng random) {
        float[] chance =
                random.derive("label")
                        .uniform(DType.F32, dev.tenon.tensor.Shape.of(rows.length))
                        .toFloats();
        long[] labels = data.labels(rows).toLongs();
        int[] classes = new int[rows.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] =
                    settings.network().classes() == 0 || chance[i] < settings.labelDropout()
                            ? -1
                            : (int) labels[i];
        }
        return classes;
    }

    /// Returns the whole state, from which [#resume] goes on.
    public Checkpoint checkpoint() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        model.state().forEach((name, tensor) -> tensors.put("model." + name, tensor));
        ema.model().state().forEach((name, tensor) -> tensors.put("ema." + name, tensor));
        optimizer.state().forEach((name, tensor) -> tensors.put("optimizer." + name, tensor));
        return new Checkpoint(
                tensors,
                Map.of(
                        "format",
                        FORMAT,
                        "settings",
                        settings.toJson(),
                        "step",
                        Integer.toString(done),
                        "loss",
                        Double.toString(loss.value())));
    }

    /// Returns training that goes on where `checkpoint` was taken.
    ///
    /// @param steps updates in all, or 0 for as many as it was begun with
    /// @throws TenonException if it is not a training checkpoint, does not fit its own settings, or
    ///   has fewer steps to do than were done
    public static DiffusionTraining resume(Checkpoint checkpoint, Dataset data, int steps) {
        TrainingSettings settings = settingsOf(checkpoint);
        DiffusionTraining training =
                new DiffusionTraining(steps == 0 ? settings : settings.withSteps(steps), data);
        training.model.load(part(checkpoint, "model."));
        training.ema.model().load(part(checkpoint, "ema."));
        training.optimizer.load(part(checkpoint, "optimizer."));
        training.done = (int) number(checkpoint, "step", 0, training.settings.steps());
        training.loss.resume(number(checkpoint, "loss", 0, Double.MAX_VALUE));
        return training;
    }

    private static double number(Checkpoint checkpoint, String key, double least, double most) {
        String text = checkpoint.text(key);
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        if (!(value >= least && value <= most)) {
            throw new CheckpointException(
                    key
                            + " must be a number from "
                            + (long) least
                            + (most == Double.MAX_VALUE ? "" : " to " + (long) most)
                            + "; got "
                            + text);
        }
        return value;
    }

    /// Returns the settings of the run that wrote `checkpoint`.
    ///
    /// @throws TenonException if it is not a training checkpoint
    public static TrainingSettings settingsOf(Checkpoint checkpoint) {
        String format = checkpoint.metadata().get("format");
        if (!FORMAT.equals(format)) {
            throw new CheckpointException(
                    "the format must be " + FORMAT + "; got " + (format == null ? "none" : format));
        }
        return TrainingSettings.fromJson(checkpoint.text("settings"));
    }

    private static Map<String, Tensor> part(Checkpoint checkpoint, String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        checkpoint
                .tensors()
                .forEach((name, tensor) -> {
                    if (name.startsWith(prefix)) {
                        part.put(name.substring(prefix.length()), tensor);
                    }
                });
        return part;
    }
}
