package dev.tenon.cli;

import dev.tenon.data.Split;
import dev.tenon.diffusion.acgan.AcganRun;
import dev.tenon.diffusion.acgan.Agreement;
import dev.tenon.diffusion.acgan.TrainedGenerator;
import dev.tenon.diffusion.training.Classifier;
import dev.tenon.diffusion.training.TrainedClassifier;
import dev.tenon.tensor.TenonException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Judges what a generator draws with a classifier of real images: the one that lies in the run's
/// folder, or else one that is trained and left there.
final class AcganJudge {
    static final int USUAL_IMAGES = 500;

    private static final int MOST_IMAGES = 1_000_000;
    private static final long SEED = 0; // the same judge for all runs

    private AcganJudge() {}

    /// Refuses a number of images out of range.
    static void check(String option, int images, int least) {
        if (images < least || images > MOST_IMAGES) {
            throw new TenonException(
                    option + " must be " + least + " to " + MOST_IMAGES + "; got " + images);
        }
    }

    /// Draws, judges and prints `<agree>/<total> drawn images of the class asked for, <share> %`.
    static void judge(TrainedGenerator drawing, Split data, int images) {
        Path file = drawing.folder().resolve(AcganRun.CLASSIFIER);
        if (!Files.exists(file)) {
            new TrainedClassifier(
                            TrainClassifier.train(data.train(), null, SEED).classifier(),
                            data.train().name(),
                            TrainClassifier.CHANNELS)
                    .write(file);
        }
        Classifier judge = TrainedClassifier.read(file, data.train()).classifier();
        Agreement agreement =
                Agreement.of(
                        drawing.generator(), drawing.classes(), judge, images, drawing.noise());
        System.out.printf(
                Locale.ROOT,
                "%d/%d drawn images of the class asked for, %.2f %%, by a classifier that gets %.2f %% of %,d"
                        + " unseen real ones right%n",
                agreement.agree(),
                agreement.total(),
                100.0 * agreement.agree() / agreement.total(),
                100 * judge.accuracy(data.test()),
                data.test().count());
    }
}
