package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.diffusion.Generation;
import dev.tenon.diffusion.NoiseSchedule;
import dev.tenon.diffusion.Sampler;
import dev.tenon.diffusion.unet.UNet;
import dev.tenon.nn.Init;
import dev.tenon.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A trained diffusion model as it lies in `model.safetensors`: the averaged network, how it was
/// trained, and the size of its images.
///
/// @param network the network to sample with
/// @param settings how it was trained
/// @param shape channels, height and width of its images
public record TrainedModel(UNet network, TrainingSettings settings, Shape shape) {
    private static final String FORMAT = "tenon-diffusion-1";

    /// The name of the file in a run's folder.
    public static final String FILE = "model.safetensors";

    /// Writes the model, whole or not at all.
    public void write(Path file) {
        Safetensors.write(
                file,
                new Checkpoint(
                        network.state(),
                        Map.of(
                                "format",
                                FORMAT,
                                "settings",
                                settings.toJson(),
                                "shape",
                                shape.size(0) + "x" + shape.size(1) + "x" + shape.size(2))));
    }

    /// Reads the model of a run.
    ///
    /// @param folder a run's folder, or the model file itself
    /// @throws CheckpointException if it is missing, damaged or no diffusion model
    public static TrainedModel read(Path folder) {
        Path file = Files.isDirectory(folder) ? folder.resolve(FILE) : folder;
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    "model: "
                            + file
                            + " must be a model that ./tenon train wrote; got "
                            + (Files.exists(folder) ? "no such file" : "no such folder")
                            + ". Train one with ./tenon train digits");
        }
        Checkpoint checkpoint = Safetensors.read(file);
        String format = checkpoint.metadata().get("format");
        if (!FORMAT.equals(format)) {
            throw new CheckpointException(
                    "model: " + file + ": its format must be " + FORMAT + "; got " + format);
        }
        TrainingSettings settings =
                TrainingSettings.fromJson(checkpoint.text("settings"), file.toString());
        UNet network = UNet.of(settings.network(), Init.of(settings.seed()));
        network.load(checkpoint.tensors());
        return new TrainedModel(network, settings, shape(checkpoint.text("shape"), file));
    }

    private static Shape shape(String text, Path file) {
        String[] sizes = text.split("x", -1);
        try {
            return Shape.of(
                    Integer.parseInt(sizes[0]),
                    Integer.parseInt(sizes[1]),
                    Integer.parseInt(sizes[2]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new CheckpointException(
                    "model: " + file + ": the shape must be CxHxW; got " + text, e);
        }
    }

    /// Returns what draws images with this model.
    ///
    /// @param sampler the way from noise to image
    /// @param guidance 0 and up, see [Generation]
    public Generation generation(Sampler sampler, double guidance) {
        return new Generation(
                network,
                settings.prediction(),
                NoiseSchedule.of(settings.schedule(), settings.noiseSteps()),
                sampler,
                guidance,
                shape);
    }
}
