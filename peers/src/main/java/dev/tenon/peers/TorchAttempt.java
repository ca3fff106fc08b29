package dev.tenon.peers;

import dev.tenon.bench.peer.Attempt;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/// A run of libtorch's that returns new tensors, as its users call it. What the run before made is
/// freed first, as it would be within a model.
final class TorchAttempt implements Attempt {
    private final Supplier<List<Tensor>> body;
    private List<Tensor> last = List.of();
    private List<Tensor> copies = List.of();

    /// @param body computes the results
    TorchAttempt(Supplier<List<Tensor>> body) {
        this.body = body;
    }

    @Override
    public void run() {
        close();
        try (PointerScope _ = new PointerScope()) {
            last = body.get();
            last.forEach(Tensor::retainReference); // the scope gives up its own
        }
    }

    @Override
    public List<MemorySegment> results() {
        copies = last.stream().map(Tensor::contiguous).toList(); // some come transposed
        return copies.stream()
                .map(tensor -> Address.memory(tensor.data_ptr(), tensor.numel()))
                .toList();
    }

    @Override
    public void close() {
        last.forEach(Tensor::close);
        last = List.of();
        copies.forEach(Tensor::close);
        copies = List.of();
    }
}
