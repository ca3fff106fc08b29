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

/// A trained diffusion model as it lies in `model.safetensors`: the averaged network and how it was
/// trained.
///
/// @param network the network to sample with
/// @param settings how it was trained
public record TrainedModel(UNet network, TrainingSettings settings) {
    private static final String FORMAT = "tenon-diffusion-1";

    /// The name of the file in a run's folder.
    public static final String FILE = "model.safetensors";

    /// Returns channels, height and width of its images.
    public Shape shape() {
        return Shape.of(settings.network().channels(), settings.size(), settings.size());
    }

    /// Writes the model, whole or not at all.
    public void write(Path file) {
        Safetensors.write(
                file,
                new Checkpoint(
                        network.state(), Map.of("format", FORMAT, "settings", settings.toJson())));
    }

    /// Reads the model of a run.
    ///
    /// @param folder a run's folder, or the model file itself
    /// @throws CheckpointException if it is missing, damaged or no diffusion model
    public static TrainedModel read(Path folder) {
        Path file = Files.isDirectory(folder) ? folder.resolve(FILE) : folder;
        if (!Files.isRegularFile(file)) {
            boolean unfinished = Files.exists(folder.resolve(DiffusionRun.CHECKPOINT));
            throw new CheckpointException(
                    "model: "
                            + file
                            + " must be a model that ./tenon train wrote; got "
                            + (unfinished
                                    ? "a run that has not finished. Go on with it: ./tenon train digits --resume "
                                            + folder
                                    : (Files.exists(folder) ? "no such file" : "no such folder")
                                            + ". Train one with ./tenon train digits"));
        }
        Checkpoint checkpoint = Safetensors.read(file);
        return Named.in(
                "model",
                file,
                () -> {
                    String format = checkpoint.metadata().get("format");
                    if (!FORMAT.equals(format)) {
                        throw new CheckpointException(
                                "the format must be "
                                        + FORMAT
                                        + "; got "
                                        + (format == null ? "none" : format));
                    }
                    TrainingSettings settings =
                            TrainingSettings.fromJson(checkpoint.text("settings"));
                    UNet network = UNet.of(settings.network(), Init.of(settings.seed()));
                    network.load(checkpoint.tensors());
                    return new TrainedModel(network, settings);
                });
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
                shape());
    }
}
