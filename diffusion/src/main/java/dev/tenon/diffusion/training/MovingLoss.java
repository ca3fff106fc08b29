package dev.tenon.diffusion.training;

/// A moving average of the loss over about the last hundred steps, exact over the first ones: a
/// single step's loss says little, since every image is at another noise level.
final class MovingLoss {
    private static final double WINDOW = 100;

    private double value;

    /// Adds the loss of step `step`, 0-based.
    void add(double loss, int step) {
        value += (loss - value) / Math.min(step + 1, WINDOW);
    }

    /// Returns the average; 0 before the first step.
    double value() {
        return value;
    }

    /// Goes on from an average that was saved.
    void resume(double average) {
        value = average;
    }
}
