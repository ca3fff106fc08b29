package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.checkpoint.TorchPickle;
import dev.tenon.nn.Layer;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The weights of PyTorch's networks, in its own files or in safetensors.
public final class Weights {
    private Weights() {}

    /// Gives `network` the weights in `file`. What wraps them, `state_dict.`, `model.` and
    /// `module.`, is left out of their names.
    ///
    /// @param name of the network, the first word of messages
    /// @param file PyTorch's, or one whose name ends in `.safetensors`
    /// @return the network
    /// @throws CheckpointException if the file cannot be read or is not of such a network
    public static <T extends Layer> T load(String name, Path file, T network) {
        boolean safetensors = file.toString().endsWith(".safetensors");
        Checkpoint checkpoint = safetensors ? Safetensors.read(file) : TorchPickle.read(file);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        checkpoint
                .tensors()
                .forEach((path, tensor) ->
                        weights.put(
                                path.replaceFirst("^(state_dict\\.|model\\.)?(module\\.)?", ""),
                                tensor));
        return Named.in(
                name,
                file,
                () -> {
                    network.load(weights);
                    return network;
                });
    }
}
