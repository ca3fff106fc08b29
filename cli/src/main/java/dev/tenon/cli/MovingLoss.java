package dev.tenon.cli;

/// A moving average of the loss over about the last hundred steps, exact over the first ones: a
/// single step's loss says little, since every image is at another noise level.
final class MovingLoss {
    private static final double WINDOW = 100;

    private double value;
    private long count;

    void add(double loss) {
        count++;
        value += (loss - value) / Math.min(count, WINDOW);
    }

    double value() {
        return value;
    }
}
