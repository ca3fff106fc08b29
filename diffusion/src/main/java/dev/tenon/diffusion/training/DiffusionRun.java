package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.data.Dataset;
import dev.tenon.tensor.Shape;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
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
    private final Dataset data;

    private DiffusionRun(Path folder, DiffusionTraining training, Dataset data) {
        this.folder = folder;
        this.training = training;
        this.data = data;
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
    /// @param data the images to train on
    /// @throws CheckpointException if the folder holds a run already or cannot be written
    public static DiffusionRun begin(Path folder, TrainingSettings settings, Dataset data) {
        if (isRun(folder)) {
            throw new CheckpointException(
                    "train: the folder must not hold a run; got "
                            + folder
                            + ". Continue that run with --resume, or name another folder with --out");
        }
        DiffusionRun run = new DiffusionRun(folder, new DiffusionTraining(settings, data), data);
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new CheckpointException(
                    "train: --out must be a folder; got the file " + e.getMessage(), e);
        } catch (IOException e) {
            throw new CheckpointException(
                    "train: the folder must be writable; got " + e.getMessage(), e);
        }
        run.save();
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
        return DiffusionTraining.settingsOf(Safetensors.read(file), file.toString());
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

    /// Goes on with the run in `folder`.
    ///
    /// @param data the images it was begun with
    /// @param steps updates in all, or 0 for as many as it was begun with
    /// @throws CheckpointException if there is none, or it is damaged
    public static DiffusionRun resume(Path folder, Dataset data, int steps) {
        Path file = checkpointIn(folder);
        DiffusionTraining training =
                DiffusionTraining.resume(Safetensors.read(file), data, file.toString(), steps);
        return new DiffusionRun(folder, training, data);
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
        return new TrainedModel(
                training.average(),
                training.settings(),
                Shape.of(data.channels(), data.height(), data.width()));
    }
}
