package dev.tenon.diffusion.acgan;

import java.util.List;

/// The two losses of a network of an ACGAN; it is trained on their sum.
///
/// @param generation of telling real images from generated ones
/// @param auxiliary of telling classes
public record AcganLoss(double generation, double auxiliary) {
    /// Returns the sum.
    public double loss() {
        return generation + auxiliary;
    }

    AcganLoss plus(AcganLoss other, double times) {
        return new AcganLoss(
                generation + times * other.generation, auxiliary + times * other.auxiliary);
    }

    /// Returns sum, generation and auxiliary loss, as the example's history has them.
    List<Double> numbers() {
        return List.of(loss(), generation, auxiliary);
    }
}
