package dev.tenon.diffusion.acgan;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Json;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.data.Split;
import dev.tenon.diffusion.acgan.AcganTraining.Losses;
import dev.tenon.diffusion.image.Picture;
import dev.tenon.diffusion.training.Named;
import dev.tenon.diffusion.training.NewFolder;
import dev.tenon.nn.Layer;
import dev.tenon.optim.Optimizer;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// A run of [AcganTraining] in its folder, with the files of Keras's example after each epoch.
///
/// | file | what |
/// |---|---|
/// | `acgan.safetensors` | all that the next step depends on, replaced whole |
/// | `params_generator_epoch_NNN.safetensors`, `params_discriminator_epoch_NNN.safetensors` | weights |
/// | `plot_epoch_NNN_generated.png` | drawn digits beside real ones |
/// | `acgan-history.json`, `acgan-losses.png` | losses of all epochs |
/// | `classifier.safetensors` | the classifier of real images that judges drawn ones, once there is one |
public final class AcganRun {
    /// The name of the file with the state.
    public static final String CHECKPOINT = "acgan.safetensors";

    /// The name of the file with the classifier of real images.
    public static final String CLASSIFIER = "classifier.safetensors";

    private static final String FORMAT = "tenon-acgan-1";

    private final Path folder;
    private final AcganTraining training;
    private final Split data;
    private AcganHistory history = new AcganHistory();
    private Losses sum = Losses.NONE; // of this epoch's steps

    private AcganRun(Path folder, AcganTraining training, Split data) {
        this.folder = folder;
        this.training = training;
        this.data = data;
    }

    /// What is told about a run, and asked whether to stop.
    public interface Listener {
        /// Called after each step.
        void step(AcganTraining training, Losses losses);

        /// Called after each epoch, when all its files are written.
        ///
        /// @param epoch from 1
        /// @param seen what a collapsed generator looks like and this one does, or nothing
        void epoch(int epoch, Losses train, Losses test, List<String> seen);

        /// Returns whether to stop after this step.
        boolean stopped();
    }

    /// Begins a run in `folder`, which is made if it is missing, and saves its state at once.
    ///
    /// @throws CheckpointException if the folder holds a run already or cannot be written
    /// @throws TenonException if the images are not of 28 by 28
    public static AcganRun begin(Path folder, AcganSettings settings, Split data) {
        if (Files.exists(folder.resolve(CHECKPOINT))) {
            throw new CheckpointException(
                    "train: the folder must not hold a run; got "
                            + folder
                            + ". Continue that run with --resume, or name another folder with --out");
        }
        AcganRun run = new AcganRun(folder, new AcganTraining(settings, data.train()), data);
        NewFolder.make(folder, run::save);
        return run;
    }

    /// Returns the settings of the run in `folder`.
    ///
    /// @throws CheckpointException if there is none, or it is damaged
    public static AcganSettings settings(Path folder) {
        Path file = checkpointIn(folder);
        Checkpoint checkpoint = Safetensors.read(file);
        return Named.in("resume", file, () -> settings(checkpoint));
    }

    static AcganSettings settings(Checkpoint checkpoint) {
        if (!FORMAT.equals(checkpoint.metadata().get("format"))) {
            throw new CheckpointException(
                    "the file must hold an ACGAN run, format "
                            + FORMAT
                            + "; got format "
                            + checkpoint.metadata().get("format"));
        }
        return AcganSettings.ofJson(checkpoint.text("settings"));
    }

    private static Path checkpointIn(Path folder) {
        Path file = folder.resolve(CHECKPOINT);
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    "resume: the folder must hold an "
                            + CHECKPOINT
                            + "; got "
                            + folder
                            + (Files.isDirectory(folder)
                                    ? " without one"
                                    : ", which does not exist")
                            + ". Leave out --resume to begin a run");
        }
        return file;
    }

    /// Goes on with the run in `folder`.
    ///
    /// @param data the images it was begun with
    /// @param epochs passes over them in all, or 0 for as many as it was begun with
    /// @throws CheckpointException if there is none, it is damaged, more epochs than that are done,
    ///   or the folder cannot be written
    public static AcganRun resume(Path folder, Split data, int epochs) {
        Path file = checkpointIn(folder);
        Checkpoint checkpoint = Safetensors.read(file);
        AcganRun run = Named.in("resume", file, () -> resume(folder, checkpoint, data, epochs));
        run.save();
        return run;
    }

    private static AcganRun resume(Path folder, Checkpoint checkpoint, Split data, int epochs) {
        AcganSettings settings = settings(checkpoint);
        AcganTraining training =
                new AcganTraining(
                        epochs == 0 ? settings : settings.withEpochs(epochs), data.train());
        training.generator().load(part(checkpoint, "generator."));
        training.discriminator().load(part(checkpoint, "discriminator."));
        training.generatorOptimizer().load(part(checkpoint, "generator_optimizer."));
        training.discriminatorOptimizer().load(part(checkpoint, "discriminator_optimizer."));
        long done = checkpoint.tensor("step").toLongs()[0];
        if (done < 0 || done > training.steps()) {
            throw new TenonException(
                    "acgan: the steps done must be at most those of "
                            + training.settings().epochs()
                            + " epochs, "
                            + training.steps()
                            + "; got "
                            + done
                            + ". Ask for more: --epochs N");
        }
        training.done(done);
        AcganRun run = new AcganRun(folder, training, data);
        double[] sums = checkpoint.tensor("sums").toDoubles();
        run.sum = new Losses(new AcganLoss(sums[0], sums[1]), new AcganLoss(sums[2], sums[3]));
        run.history = AcganHistory.ofJson(checkpoint.text("history"));
        return run;
    }

    static Map<String, Tensor> part(Checkpoint checkpoint, String prefix) {
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

    private void save() {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        put(tensors, "generator.", training.generator());
        put(tensors, "discriminator.", training.discriminator());
        put(tensors, "generator_optimizer.", training.generatorOptimizer());
        put(tensors, "discriminator_optimizer.", training.discriminatorOptimizer());
        tensors.put("step", Tensor.of(new long[] {training.done()}));
        tensors.put(
                "sums",
                Tensor.of(
                        new double[] {
                            sum.generator().generation(),
                            sum.generator().auxiliary(),
                            sum.discriminator().generation(),
                            sum.discriminator().auxiliary()
                        }));
        Safetensors.write(
                folder.resolve(CHECKPOINT),
                new Checkpoint(
                        tensors,
                        Map.of(
                                "format",
                                FORMAT,
                                "settings",
                                training.settings().toJson(),
                                "history",
                                Json.text(history.toMap()))));
    }

    private static void put(Map<String, Tensor> tensors, String prefix, Layer layer) {
        layer.state().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
    }

    private static void put(Map<String, Tensor> tensors, String prefix, Optimizer optimizer) {
        optimizer.state().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
    }

    /// Returns the folder.
    public Path folder() {
        return folder;
    }

    /// Returns the images.
    public Split data() {
        return data;
    }

    /// Returns what is trained.
    public AcganTraining training() {
        return training;
    }

    /// Returns the losses of the epochs so far.
    public AcganHistory history() {
        return history;
    }

    /// Trains until all epochs are done or the listener says stop, and saves after each epoch and
    /// at the end.
    ///
    /// @return whether all epochs are done
    public boolean train(Listener listener) {
        while (!training.isFinished()) {
            Losses losses = training.step();
            sum = sum.plus(losses, 1);
            listener.step(training, losses);
            if (training.done() % training.perEpoch() == 0) {
                endEpoch(listener);
            }
            if (listener.stopped()) {
                break;
            }
        }
        save();
        return training.isFinished();
    }

    private void endEpoch(Listener listener) {
        int epoch = (int) (training.done() / training.perEpoch());
        Losses train = Losses.NONE.plus(sum, 1.0 / training.perEpoch());
        Losses test = training.evaluate(data.test());
        history.add(train, test);
        sum = Losses.NONE;
        write("params_generator", epoch, training.generator());
        write("params_discriminator", epoch, training.discriminator());
        AcganShow show = new AcganShow(training, data.train());
        Picture.writePng(
                folder.resolve(String.format(Locale.ROOT, "plot_epoch_%03d_generated.png", epoch)),
                show.picture());
        Json.write(folder.resolve("acgan-history.json"), history.toMap());
        Picture.writePng(folder.resolve("acgan-losses.png"), AcganPlot.draw(history));
        save(); // last: what it says is done is there
        listener.epoch(epoch, train, test, show.collapse(test));
    }

    private void write(String name, int epoch, Layer layer) {
        Safetensors.write(
                folder.resolve(
                        String.format(Locale.ROOT, "%s_epoch_%03d.safetensors", name, epoch)),
                new Checkpoint(layer.state(), Map.of("format", name, "epoch", "" + epoch)));
    }
}
