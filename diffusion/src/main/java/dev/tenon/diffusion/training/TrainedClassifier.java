package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.data.Dataset;
import dev.tenon.nn.Init;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// A trained classifier as it lies in a file, and which images it tells apart.
///
/// @param classifier the network
/// @param data name of the images that it was trained on
/// @param base channels of its first convolutions
public record TrainedClassifier(Classifier classifier, String data, int base) {
    private static final String FORMAT = "tenon-classifier-1";

    /// Writes the classifier, whole or not at all.
    public void write(Path file) {
        Map<String, String> words = new LinkedHashMap<>();
        words.put("format", FORMAT);
        words.put("data", data);
        words.put("base", "" + base);
        Safetensors.write(file, new Checkpoint(classifier.state(), words));
    }

    /// Reads a classifier of images like these.
    ///
    /// @throws CheckpointException if the file is missing or damaged, holds no classifier, or one
    ///   of other images
    public static TrainedClassifier read(Path file, Dataset images) {
        Checkpoint checkpoint = Safetensors.read(file);
        return Named.in("classifier", file, () -> read(checkpoint, images));
    }

    private static TrainedClassifier read(Checkpoint checkpoint, Dataset images) {
        String format = checkpoint.metadata().get("format");
        if (!FORMAT.equals(format)) {
            throw new CheckpointException("the format must be " + FORMAT + "; got " + format);
        }
        String data = checkpoint.text("data");
        if (!data.equals(images.name())) {
            throw new CheckpointException(
                    "the classifier must be of " + images.name() + "; got one of " + data);
        }
        String base = checkpoint.text("base");
        if (!base.matches("[1-9][0-9]{0,3}")) {
            throw new CheckpointException("base must be 1 to 9999; got " + base);
        }
        Classifier classifier =
                Classifier.of(
                        images.channels(),
                        images.height(),
                        images.width(),
                        images.classes(),
                        Integer.parseInt(base),
                        Init.of(0));
        classifier.load(checkpoint.tensors());
        return new TrainedClassifier(classifier, data, Integer.parseInt(base));
    }
}
