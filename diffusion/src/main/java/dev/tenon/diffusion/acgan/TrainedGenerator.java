package dev.tenon.diffusion.acgan;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.diffusion.training.Named;
import dev.tenon.nn.Init;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/// The generator of an ACGAN run.
///
/// @param generator the network
/// @param settings those of its run
/// @param folder the folder of its run
public record TrainedGenerator(Generator generator, AcganSettings settings, Path folder) {
    private static final String EMBEDDING = "embedding.weight"; // [classes, latent]

    /// Reads a generator as its run last saved it, or as it was after an epoch.
    ///
    /// @param weights a run's folder, or a `params_generator_epoch_NNN.safetensors` in it
    /// @throws CheckpointException if it is neither, or damaged
    public static TrainedGenerator read(Path weights) {
        boolean whole = Files.isDirectory(weights);
        Path folder =
                whole ? weights : Objects.requireNonNull(weights.toAbsolutePath().getParent());
        Path file = folder.resolve(AcganRun.CHECKPOINT);
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(
                    "acgan: the weights must be the folder of an ACGAN run, with its "
                            + AcganRun.CHECKPOINT
                            + ", or a file in it; got "
                            + weights
                            + (Files.exists(weights) ? "" : ", which does not exist")
                            + ". Train one with ./tenon train acgan");
        }
        Checkpoint run = Safetensors.read(file);
        AcganSettings settings = Named.in("acgan", file, () -> AcganRun.settings(run));
        Map<String, Tensor> state =
                whole ? AcganRun.part(run, "generator.") : Safetensors.read(weights).tensors();
        return Named.in(
                "acgan",
                whole ? file : weights,
                () -> {
                    Tensor embedding = state.get(EMBEDDING);
                    if (embedding == null || embedding.rank() != 2 || embedding.size(0) < 1) {
                        throw new CheckpointException(
                                "a generator must have an "
                                        + EMBEDDING
                                        + " [classes, latent]; got "
                                        + (embedding == null ? "none" : embedding.shape()));
                    }
                    Generator generator =
                            Generator.of(settings, embedding.size(0), Init.of(settings.seed()));
                    generator.load(state);
                    return new TrainedGenerator(generator, settings, folder);
                });
    }

    /// Returns the number of classes that it draws.
    public int classes() {
        return generator.embedding().weight().shape().size(0);
    }

    /// Returns where the noise comes from that it is judged by.
    public Rng noise() {
        return Rng.of(settings.seed()).derive("agreement");
    }
}
