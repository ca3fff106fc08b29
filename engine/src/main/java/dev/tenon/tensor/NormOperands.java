package dev.tenon.tensor;

import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a normalisation reads, all contiguous, and where its gradients go.
record NormOperands(
        Tensor x,
        @Nullable Tensor weight,
        @Nullable Tensor bias,
        @Nullable Tensor residual,
        @Nullable UnaryOp activation) {
    static NormOperands of(
            Tensor x, @Nullable Tensor weight, @Nullable Tensor bias, Finish finish) {
        return new NormOperands(
                x.contiguous(),
                contiguous(weight),
                contiguous(bias),
                contiguous(finish.residual()),
                finish.activation());
    }

    private static @Nullable Tensor contiguous(@Nullable Tensor tensor) {
        return tensor == null ? null : tensor.contiguous();
    }

    static @Nullable MemorySegment segment(@Nullable Tensor tensor) {
        return tensor == null ? null : tensor.segment();
    }

    NormEpilogue epilogue() {
        return new NormEpilogue(segment(weight), segment(bias), segment(residual), activation);
    }

    /// The epilogue for the gradient, which reads bias and residual to find what the activation was
    /// applied to.
    NormEpilogue gradientEpilogue() {
        return activation == null ? NormEpilogue.of(segment(weight), null) : epilogue();
    }

    List<Tensor> inputs() {
        return present(x, weight, bias, residual);
    }

    /// Returns what the gradient reads, statistics included.
    List<Tensor> saved(Tensor mean, Tensor rstd) {
        return activation == null
                ? present(x, mean, rstd, weight)
                : present(x, mean, rstd, weight, bias, residual);
    }

    /// Writes the gradients of a normalisation.
    @FunctionalInterface
    interface Gradient {
        void write(NormGradients gradients, MemorySegment dy);
    }

    /// Returns the gradients of [#inputs()], which `gradient` writes.
    @Nullable Tensor[] gradient(Tensor dy, Gradient gradient) {
        Tensor dx = like(x);
        Tensor dweight = like(weight);
        Tensor dbias = like(bias);
        boolean same = activation == null; // then the residual's gradient is dy
        Tensor dresidual = same ? dy : like(residual);
        gradient.write(
                new NormGradients(
                        segment(dx),
                        segment(dweight),
                        segment(dbias),
                        same ? null : segment(dresidual)),
                dy.contiguous().segment());
        List<@Nullable Tensor> gradients = new ArrayList<>();
        gradients.add(dx);
        addIf(weight, dweight, gradients);
        addIf(bias, dbias, gradients);
        addIf(residual, dresidual, gradients);
        return gradients.toArray(new @Nullable Tensor[0]);
    }

    private static void addIf(
            @Nullable Tensor input, @Nullable Tensor gradient, List<@Nullable Tensor> gradients) {
        if (input != null) {
            gradients.add(gradient);
        }
    }

    /// Returns a tensor for the gradient of `input`, or null if none is needed.
    static @Nullable Tensor like(@Nullable Tensor input) {
        return input == null || !input.needsGradient()
                ? null
                : Tensor.empty(input.type(), input.shape());
    }

    private static List<Tensor> present(@Nullable Tensor... tensors) {
        return Stream.of(tensors).filter(Objects::nonNull).toList();
    }
}
