package dev.tenon.diffusion.keras;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The weights in a Keras file, by layer.
///
/// | file | a convolution's kernel |
/// |---|---|
/// | .h5 | `model_weights.NAME.(...).kernel`, `kernel:0` in Keras 2; NAME the layer's own |
/// | .keras of Keras 3 | `layers.PLACE.vars.0` |
/// | .keras of Keras 2.13 to 2.15 | `_layer_checkpoint_dependencies.PLACE.vars.0` |
final class KerasWeights {
    private static final String[] CONTAINERS = {"layers.", "_layer_checkpoint_dependencies."};

    private final Map<String, Tensor> tensors;

    KerasWeights(Checkpoint file) {
        tensors = file.tensors();
    }

    /// Returns the weights of a layer by their names in Keras, F32.
    ///
    /// @param names the names that it must have, in Keras's order
    /// @throws CheckpointException if the file has others
    Map<String, Tensor> of(KerasChain.Link layer, List<String> names) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        String own = "model_weights." + layer.name() + ".";
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            String path = entry.getKey();
            if (path.startsWith(own)) {
                String last = path.substring(path.lastIndexOf('.') + 1).replaceFirst(":0$", "");
                found.put(last, entry.getValue());
                continue;
            }
            for (String container : CONTAINERS) {
                String vars = container + layer.place() + ".vars.";
                if (path.startsWith(vars)) {
                    String number = path.substring(vars.length());
                    found.put(named(number, names), entry.getValue());
                }
            }
        }
        if (!found.keySet().equals(Set.copyOf(names))) {
            throw new CheckpointException(
                    layer.config().where()
                            + ": its weights must be "
                            + (names.isEmpty() ? "none" : String.join(", ", names))
                            + "; got "
                            + (found.isEmpty() ? "none" : String.join(", ", found.keySet())));
        }
        found.replaceAll((name, tensor) -> tensor.to(DType.F32));
        return found;
    }

    private static String named(String number, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            if (number.equals("" + i)) {
                return names.get(i);
            }
        }
        return "vars." + number;
    }

    /// Returns a weight as a parameter, its axes in another order.
    ///
    /// @param own the weights of the layer
    /// @param sizes those that it must have in Keras
    /// @param order which of Keras's axes each of ours is
    /// @throws CheckpointException if it has others
    static Param param(
            KerasChain.Link layer,
            String name,
            Map<String, Tensor> own,
            int[] sizes,
            int... order) {
        return Param.of(checked(layer, name, own, sizes).permute(order).contiguous());
    }

    /// Returns a weight after checking its sizes.
    static Tensor checked(
            KerasChain.Link layer, String name, Map<String, Tensor> own, int... sizes) {
        Tensor weight = Objects.requireNonNull(own.get(name));
        if (!weight.shape().equals(Shape.of(sizes))) {
            throw new CheckpointException(
                    layer.config().where()
                            + ": "
                            + name
                            + " must be "
                            + Shape.of(sizes)
                            + "; got "
                            + weight.shape());
        }
        return weight;
    }
}
