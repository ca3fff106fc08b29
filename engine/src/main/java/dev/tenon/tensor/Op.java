package dev.tenon.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One operation as autograd remembers it: what it read, what it keeps for its gradient, and the
/// gradient itself.
///
/// An op is a static method that computes the result and a private record beside it that implements
/// this interface.
public interface Op {
    /// The tensors that the result depends on, in the order of [#gradient(Tensor)].
    List<Tensor> inputs();

    /// The tensors whose contents [#gradient(Tensor)] reads, inputs included; their memory is held
    /// until then.
    default List<Tensor> saved() {
        return List.of();
    }

    /// Returns for each input the gradient of the loss with respect to it, in the input's shape,
    /// given `dy`, the gradient with respect to the result. An entry is null where the input needs
    /// none ([Tensor#needsGradient()]) or has none.
    @Nullable Tensor[] gradient(Tensor dy);

    /// The name in messages, by default the record's in lower camel case.
    default String name() {
        String name = getClass().getSimpleName();
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
