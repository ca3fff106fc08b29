package dev.tenon.optim;

import dev.tenon.nn.Param;
import java.util.SequencedMap;

/// AdamW: [Adam] with weights that decay on their own, `w -= η λ w` before the update.
///
/// Source: Loshchilov and Hutter 2017, arXiv:1711.05101; torch.optim.AdamW; keras.optimizers.AdamW.
public final class AdamW {
    /// PyTorch's defaults, with weight decay 0.01.
    public static final Adam PYTORCH =
            new Adam(0.9, 0.999, 1e-8, 0.01, true, false, Flavour.PYTORCH);

    /// Keras's defaults, with weight decay 0.004.
    public static final Adam KERAS = new Adam(0.9, 0.999, 1e-7, 0.004, true, false, Flavour.KERAS);

    private AdamW() {}

    /// Returns an optimizer with PyTorch's defaults; its default learning rate is 1e-3.
    public static Optimizer pytorch(SequencedMap<String, Param> params, double learningRate) {
        return pytorch(params, LearningRate.constant(learningRate));
    }

    /// Returns an optimizer with PyTorch's defaults.
    public static Optimizer pytorch(SequencedMap<String, Param> params, LearningRate schedule) {
        return new Optimizer(params, PYTORCH, schedule);
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return keras(params, LearningRate.constant(learningRate));
    }

    /// Returns an optimizer with Keras's defaults.
    public static Optimizer keras(SequencedMap<String, Param> params, LearningRate schedule) {
        return new Optimizer(params, KERAS, schedule);
    }
}
