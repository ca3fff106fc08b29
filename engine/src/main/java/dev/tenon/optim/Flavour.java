package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.Decay;

/// Whose form of an update rule is meant, where PyTorch and Keras differ.
public enum Flavour {
    /// Adam: ε is added after the bias correction, `√(v/(1-β₂ᵗ)) + ε`; Adamax: ε is inside the
    /// maximum; RMSprop and Adagrad: ε is added to the root, `√v + ε`. Momentum is kept in units of
    /// the gradient. Weight decay is added to the gradient, unless the rule decouples it. t counts
    /// the updates of the parameter.
    PYTORCH,
    /// Adam: ε is added before the bias correction, `√v + ε`; Adamax: ε is added to the maximum;
    /// RMSprop and Adagrad: ε is below the root, `√(v + ε)`. Momentum is kept in units of the step.
    /// Weight decay is always decoupled: `w -= η λ w` before the update. t counts the steps of the
    /// optimizer.
    KERAS;

    /// Returns how weights decay, unless the rule says otherwise.
    Decay decay(double learningRate, double weightDecay) {
        return switch (this) {
            case PYTORCH -> Decay.l2(weightDecay);
            case KERAS -> Decay.decoupled(learningRate, weightDecay);
        };
    }
}
