package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.data.Dataset;
import java.nio.file.Files;
import java.nio.file.Path;

/// A training run in its folder: trains, saves as it goes, stops when asked and goes on later.
///
/// The folder holds `checkpoint.safetensors`, the state to resume from, replaced whole at each
/// save, so that at any moment there is one that loads; and once the run has finished
/// `model.safetensors` and what [Showcase] makes.
public final class DiffusionRun {
    /// The name of the file with the state.
    public static final String CHECKPOINT = "checkpoint.safetensors";

    private final Path folder;
    private final DiffusionTraining training;

    private DiffusionRun(Path folder, DiffusionTraining training) {
        this.folder = folder;
        this.training = training;
    }

    /// What is told about a run, and asked whether to stop.
    public interface Listener {
        /// Called after each step.
        ///
        /// @param training what is trained; `done()` steps are done
        /// @param loss of this step
        void step(DiffusionTraining training, double loss);

        /// Returns whether to stop after this step.
        boolean stopped();
    }

    /// Begins a run in `folder`, which is made if it is missing, and saves its state at once.
    ///
    /// @param data the images to train on, of any size
    /// @throws CheckpointException if the folder holds a run already or cannot be written; folders
    ///   that were made are removed then
    public static DiffusionRun begin(Path folder, TrainingSettings settings, Dataset data) {
        if (isRun(folder)) {
            throw new CheckpointException(
                    "train: the folder must not hold a run; got "
                            + folder
                            + ". Continue that run with --resume, or name another folder with --out");
        }
        DiffusionRun run = new DiffusionRun(folder, new DiffusionTraining(settings, data));
        NewFolder.make(folder, run::save);
        return run;
    }

    /// Says whether `folder` holds a run.
    public static boolean isRun(Path folder) {
        return Files.exists(folder.resolve(CHECKPOINT))
                || Files.exists(folder.resolve(TrainedModel.FILE));
    }

    /// Returns the settings of the run in `folder`.
    ///
    /// @throws CheckpointException if there is none, or it is damaged
    public static TrainingSettings settings(Path folder) {
        Path file = checkpointIn(folder);
        Checkpoint checkpoint = Safetensors.read(file);
        return Named.in("resume", file, () -> DiffusionTraining.settingsOf(checkpoint));
    }

    private static Path checkpointIn(Path folder) {
        Path file = folder.resolve(CHECKPOINT);
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    "resume: the folder must hold a "
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

    /// Goes on with the run in `folder`, and saves its state at once: a folder that cannot be
    /// written is told before the first step.
    ///
    /// @param data the images it was begun with
    /// @param steps updates in all, or 0 for as many as it was begun with
    /// @throws CheckpointException if there is none, it is damaged, more steps than that are done,
    ///   or the folder cannot be written
    public static DiffusionRun resume(Path folder, Dataset data, int steps) {
        Path file = checkpointIn(folder);
        Checkpoint checkpoint = Safetensors.read(file);
        DiffusionTraining training =
                Named.in("resume", file, () -> DiffusionTraining.resume(checkpoint, data, steps));
        DiffusionRun run = new DiffusionRun(folder, training);
        run.save();
        return run;
    }

    /// Returns the folder.
    public Path folder() {
        return folder;
    }

    /// Returns what is trained.
    public DiffusionTraining training() {
        return training;
    }

    /// Trains until all steps are done or the listener says stop, and saves every `saveEvery` steps
    /// and at the end.
    ///
    /// @return whether all steps are done
    public boolean train(int saveEvery, Listener listener) {
        while (!training.isFinished()) {
            double loss = training.step();
            listener.step(training, loss);
            if (listener.stopped()) {
                break;
            }
            if (training.done() % saveEvery == 0 && !training.isFinished()) {
                save();
            }
        }
        save();
        if (training.isFinished()) {
            model().write(folder.resolve(TrainedModel.FILE));
        }
        return training.isFinished();
    }

    private void save() {
        Safetensors.write(folder.resolve(CHECKPOINT), training.checkpoint());
    }

    /// Returns the averaged model as it is now.
    public TrainedModel model() {
        return new TrainedModel(training.average(), training.settings());
    }
}
