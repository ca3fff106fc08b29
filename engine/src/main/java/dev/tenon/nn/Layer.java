package dev.tenon.nn;

import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A part of a model, written as a record: its components are its parameters ([Param]), running
/// statistics ([Running]), children (a [Layer] or a list of them), each of them or null, and its
/// settings (anything else).
///
/// The path of a parameter is the names of the components that lead to it, in snake case, joined by
/// dots; elements of a list are named by their index ([Flat] leaves the list's own name out). A
/// record with PyTorch's names in camel case thus has PyTorch's `state_dict` keys.
///
/// ```java
/// record Block(Conv2d conv, GroupNorm norm) implements UnaryLayer {
///     public Tensor forward(Tensor x) {
///         return norm.apply(conv.apply(x)).relu();
///     }
/// } // conv.weight, conv.bias, norm.weight, norm.bias
/// ```
///
/// A layer with another signature than [UnaryLayer] wraps its body in [#within], so that a shape
/// error names its path:
///
/// ```java
/// public Tensor apply(Tensor x, Tensor t) {
///     return Layer.within(this, () -> norm.apply(conv.apply(x)).add(t));
/// }
/// ```
public interface Layer {
    /// Returns the parameters of this layer and the layers below by path, depth first: a layer's
    /// own before those of its children, each in the order of the components; one that is shared
    /// comes once, under its first path.
    default SequencedMap<String, Param> params() {
        return Components.all(this, Param.class);
    }

    /// Returns the running statistics of this layer and the layers below by path, in the order of
    /// [#params()].
    default SequencedMap<String, Running> running() {
        return Components.all(this, Running.class);
    }

    /// Returns the layers that are components of this one, by name. A layer whose names are not
    /// those of its components overrides this; paths, checkpoints and messages follow.
    default SequencedMap<String, Layer> children() {
        return Components.own(this, Layer.class);
    }

    /// Leaves all parameters of this layer and the layers below out of training until [#thaw()]:
    /// gradients flow through the layer to its input, but not to them, and optimizers pass over
    /// them.
    ///
    /// What a layer does in training it goes on doing: dropout drops, and batch norm takes the
    /// batch's statistics and moves its running ones, as PyTorch's `requires_grad_(False)` leaves
    /// them. Keras's `trainable = False` also puts batch norm into inference; for that run the part
    /// in evaluation: `Mode.eval(() -> part.apply(x))`.
    default void freeze() {
        params().values().forEach(Param::freeze);
    }

    /// Lets all parameters of this layer and the layers below be trained again.
    default void thaw() {
        params().values().forEach(Param::thaw);
    }

    /// Says whether there are parameters here or below, and all are left out of training.
    default boolean isFrozen() {
        var params = params().values();
        return !params.isEmpty() && params.stream().allMatch(Param::isFrozen);
    }

    /// Returns the number of trained values, frozen ones included.
    default long parameterCount() {
        return params().values().stream().mapToLong(Param::count).sum();
    }

    /// Returns what a checkpoint of this layer holds: the values of [#params()], then those of
    /// [#running()]. They are the layer's own tensors, not copies.
    default SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        params().forEach((path, param) -> state.put(path, param.value().detach()));
        running().forEach((path, running) -> state.put(path, running.value()));
        return state;
    }

    /// Returns the version of what [#state()] holds of this layer alone, PyTorch's `_version`: 1,
    /// and 2 for batch and instance norm, which count batches since.
    default int version() {
        return 1;
    }

    /// Returns advice about an entry of a checkpoint that this layer has no place for, or null if
    /// there is none to give; messages of [#load(Map)] end with it.
    ///
    /// @param name the entry's own, without the path of this layer
    default @Nullable String whyUnexpected(String name) {
        return null;
    }

    /// Overwrites [#state()] with `values`, whose names must be the same, but for counts of batches
    /// ([Running#count()]), which are 0 where `values` lacks them: PyTorch before 0.4.1, whose
    /// norms were of version 1, had none. Unlike PyTorch it asks no version: files have none but
    /// for PyTorch's own.
    ///
    /// @throws dev.tenon.tensor.TenonException naming all that is missing, unexpected or of another
    ///   shape; nothing is overwritten then
    default void load(Map<String, Tensor> values) {
        load(values, true);
    }

    /// Overwrites [#state()] with `values`, converted to the layer's types.
    ///
    /// @param strict whether the names must be those of [#load(Map)]; otherwise missing and
    ///   unexpected ones are left alone, as PyTorch's `strict=False` does
    /// @throws dev.tenon.tensor.TenonException naming all that is missing, unexpected or of another
    ///   shape; nothing is overwritten then
    default void load(Map<String, Tensor> values, boolean strict) {
        Map<String, Tensor> complete = new LinkedHashMap<>(values);
        running()
                .forEach((path, running) -> {
                    if (strict && running.mayBeMissing()) {
                        complete.computeIfAbsent(
                                path, absent -> Tensor.zeros(running.type(), running.shape()));
                    }
                });
        State.load("layer", state(), complete, strict, name -> Components.advice(this, name));
    }

    /// Overwrites this layer's state with that of `other`, a layer of the same make.
    ///
    /// @throws dev.tenon.tensor.TenonException if names or shapes differ
    default void copyFrom(Layer other) {
        load(other.state());
    }

    /// Forgets the gradients of all parameters.
    default void clearGradients() {
        params().values().forEach(Param::clearGradient);
    }

    /// Returns the tree of layers, one a line, with settings, shapes and numbers of parameters.
    default String describe() {
        return Description.of(this);
    }

    /// Returns the formula that this layer computes, or null if its children say it all.
    default @Nullable Formula formula() {
        return null;
    }

    /// Runs `body`, the forward pass of `layer`; when a [ShapeException] leaves it, its message
    /// gets the path from `layer` to the layer where it arose: `down1.maxpool_conv.1.double_conv.0
    /// (Conv2d): conv2d: x must have ...`.
    static <T> T within(Layer layer, Supplier<T> body) {
        try {
            return body.get();
        } catch (ShapeException e) {
            throw Components.locate(layer, e);
        }
    }
}
