package dev.tenon.optim;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// What a parameter's values must be; the optimizer sees to it after each step, also of those that
/// only add gradients up, as Keras does.
///
/// Norms are along axes: those of a unit's incoming weights, of which there is one norm per unit.
/// Keras keeps a dense kernel as `[inputs, outputs]` and so has axis 0 as default; a
/// [dev.tenon.nn.Linear] keeps `[outputs, inputs]`, where the same axis is 1, and a convolution
/// `[outputs, inputs, rows, columns]`, where the same axes are 1, 2, 3. There is no default here.
///
/// Source: keras.constraints.
public interface Constraint {
    /// Returns the values that `value` becomes, of its shape and type.
    Tensor apply(Tensor value);

    /// Returns the formula.
    Formula formula();

    /// No value is negative.
    static Constraint nonNeg() {
        return new NonNeg();
    }

    /// Norms are at most `max`; Keras's default is 2.
    static Constraint maxNorm(double max, int... axes) {
        return new MaxNorm(max, list(axes));
    }

    /// Norms are 1.
    static Constraint unitNorm(int... axes) {
        return new UnitNorm(list(axes));
    }

    /// Norms are at least `min` and at most `max`; Keras's defaults are 0 and 1.
    static Constraint minMaxNorm(double min, double max, int... axes) {
        return new MinMaxNorm(min, max, 1, list(axes));
    }

    private static List<Integer> list(int[] axes) {
        return Arrays.stream(axes).boxed().toList();
    }

    /// No value is negative: `w = max(w, 0)`.
    record NonNeg() implements Constraint {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of(
                        "w \\leftarrow \\max(w, 0)",
                        "keras.constraints.NonNeg",
                        "w",
                        "the parameter");

        @Override
        public Tensor apply(Tensor value) {
            return ElementwiseOps.relu(value);
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }

    /// Norms are at most a number: `w = w min(‖w‖, c) / (‖w‖ + 1e-7)`.
    ///
    /// @param max c, at least 0
    /// @param axes those that a norm is of
    record MaxNorm(double max, List<Integer> axes) implements Constraint {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of(
                        "w \\leftarrow w\\,\\frac{\\min(\\lVert w \\rVert_2, c)}{\\lVert w \\rVert_2"
                                + " + 10^{-7}}",
                        "keras.constraints.MaxNorm",
                        "w",
                        "the incoming weights of a unit",
                        "c",
                        "the largest norm");

        /// Checks the settings.
        ///
        /// @throws TenonException if max is negative or there are no axes
        public MaxNorm {
            Settings.notNegative("MaxNorm", "max", max);
            axes = checked("MaxNorm", axes);
        }

        @Override
        public Tensor apply(Tensor value) {
            Tensor norms = norms(value, axes);
            return value.mul(ElementwiseOps.clamp(norms, 0, max).div(norms.add(EPSILON)));
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }

    /// Norms are 1: `w = w / (‖w‖ + 1e-7)`.
    ///
    /// @param axes those that a norm is of
    record UnitNorm(List<Integer> axes) implements Constraint {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of(
                        "w \\leftarrow \\frac{w}{\\lVert w \\rVert_2 + 10^{-7}}",
                        "keras.constraints.UnitNorm",
                        "w",
                        "the incoming weights of a unit");

        /// Checks the axes.
        ///
        /// @throws TenonException if there are none
        public UnitNorm {
            axes = checked("UnitNorm", axes);
        }

        @Override
        public Tensor apply(Tensor value) {
            return value.div(norms(value, axes).add(EPSILON));
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }

    /// Norms come to lie between two numbers: `w = w n / (‖w‖ + 1e-7)` with `n = ρ min(max(‖w‖, a),
    /// b) + (1-ρ) ‖w‖`.
    ///
    /// @param min a, at least 0
    /// @param max b, at least a
    /// @param rate ρ, how much of the way each update goes, in [0, 1]; Keras's default is 1
    /// @param axes those that a norm is of
    record MinMaxNorm(double min, double max, double rate, List<Integer> axes)
            implements Constraint {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of(
                        "w \\leftarrow w\\,\\frac{\\rho\\,\\min(\\max(\\lVert w \\rVert_2, a), b) +"
                                + " (1-\\rho) \\lVert w \\rVert_2}{\\lVert w \\rVert_2 + 10^{-7}}",
                        "keras.constraints.MinMaxNorm",
                        "w",
                        "the incoming weights of a unit",
                        "a, b",
                        "the least and the largest norm",
                        "\\rho",
                        "how much of the way each update goes");

        /// Checks the settings.
        ///
        /// @throws TenonException if one is out of its range or there are no axes
        public MinMaxNorm {
            Settings.notNegative("MinMaxNorm", "min", min);
            Settings.notNegative("MinMaxNorm", "max", max);
            if (min > max) {
                throw new TenonException(
                        "MinMaxNorm: min must be at most max; got " + min + " and " + max);
            }
            Settings.upToOne("MinMaxNorm", "rate", rate);
            axes = checked("MinMaxNorm", axes);
        }

        /// Returns this with another ρ.
        public MinMaxNorm withRate(double value) {
            return new MinMaxNorm(min, max, value, axes);
        }

        @Override
        public Tensor apply(Tensor value) {
            Tensor norms = norms(value, axes);
            Tensor wanted =
                    ElementwiseOps.clamp(norms, min, max).mul(rate).add(norms.mul(1 - rate));
            return value.mul(wanted.div(norms.add(EPSILON)));
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }

    /// Keeps the divisor away from 0: Keras's `epsilon()`.
    double EPSILON = 1e-7;

    private static List<Integer> checked(String constraint, List<Integer> axes) {
        if (axes.isEmpty()) {
            throw new TenonException(constraint + ": a norm must be of some axes; got none");
        }
        return List.copyOf(axes);
    }

    private static Tensor norms(Tensor value, List<Integer> axes) {
        Tensor squares = ElementwiseOps.square(value);
        for (int axis : axes) {
            squares = ReduceOps.sum(squares, axis, true);
        }
        return ElementwiseOps.sqrt(squares);
    }
}
