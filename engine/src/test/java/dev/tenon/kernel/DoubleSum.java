package dev.tenon.kernel;

/// A sum of which the additions' rounding errors are added up beside it, so that it is right to the
/// last bits of F64 however many terms it has (Neumaier's variant of Kahan's summation).
final class DoubleSum {
    private double sum;
    private double lost;

    void add(double term) {
        double next = sum + term;
        double of = Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
        lost += Double.isFinite(next) ? of : 0;
        sum = next;
    }

    /// Adds a square with what its own rounding took.
    void addSquare(double x) {
        double square = x * x;
        add(square);
        lost += Double.isFinite(square) ? Math.fma(x, x, -square) : 0;
    }

    double value() {
        return sum + lost;
    }
}
