package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// Compares gradients of autograd with central finite differences, in F64.
///
/// The loss is `sum(w * f(inputs))` with random weights `w`, so that every element of the result
/// counts and none can hide behind another. Besides, the gradients must stay the same when the
/// upstream gradient is a strided view and when only one of the inputs needs a gradient.
public final class GradientCheck {
    private static final double STEP = 1e-5; // truncation 1e-10, rounding 1e-11, both times O(1)
    private static final double TOLERANCE = 1e-6;

    private GradientCheck() {}

    /// Checks the gradient of `f` with respect to every element of every input.
    ///
    /// @param f a smooth function near the inputs (no kink within 1e-5 of an element), whose result
    ///   is F64; inputs that have no gradient, such as indices, are captured by it
    /// @param inputsF64 the points to check at
    /// @throws AssertionError naming the input, the element and both values
    public static void check(Function<List<Tensor>, Tensor> f, List<Tensor> inputsF64) {
        check(f, inputsF64, 20_251_103L);
    }

    /// Checks as [#check(Function, List)] does, with the seed of the weights.
    public static void check(Function<List<Tensor>, Tensor> f, List<Tensor> inputsF64, long seed) {
        List<double[]> points = new ArrayList<>();
        for (Tensor input : inputsF64) {
            if (input.type() != DType.F64) {
                throw new IllegalArgumentException("inputs must be F64; got " + input.type());
            }
            points.add(input.toDoubles());
        }
        Problem problem = new Problem(f, inputsF64, seed);
        List<double[]> analytic = problem.gradients(points, -1, false);
        for (int input = 0; input < points.size(); input++) {
            double[] values = points.get(input);
            for (int i = 0; i < values.length; i++) {
                double numeric = problem.difference(points, input, i);
                double error = Math.abs(numeric - analytic.get(input)[i]);
                if (!(error <= TOLERANCE * Math.max(1, Math.abs(numeric)))) {
                    throw new AssertionError(
                            String.format(
                                    "gradient of input %d %s, element %d at %.9g: autograd %.9g, central"
                                            + " difference %.9g (seed %d)",
                                    input,
                                    inputsF64.get(input).shape(),
                                    i,
                                    values[i],
                                    analytic.get(input)[i],
                                    numeric,
                                    seed));
                }
            }
        }
        same(problem.gradients(points, -1, true), analytic, "with a strided upstream gradient");
        for (int only = 0; only < points.size() && points.size() > 1; only++) {
            List<double[]> alone = problem.gradients(points, only, false);
            same(
                    List.of(alone.get(only)),
                    List.of(analytic.get(only)),
                    "where only input " + only + " needs one");
        }
    }

    private static void same(List<double[]> actual, List<double[]> expected, String when) {
        for (int input = 0; input < expected.size(); input++) {
            for (int i = 0; i < expected.get(input).length; i++) {
                double u = actual.get(input)[i];
                double v = expected.get(input)[i];
                if (!(Math.abs(u - v) <= 1e-12 * Math.max(1, Math.abs(v)))) {
                    throw new AssertionError(
                            "the gradient "
                                    + when
                                    + " is another one: element "
                                    + i
                                    + " is "
                                    + u
                                    + ", not "
                                    + v);
                }
            }
        }
    }

    private record Problem(Function<List<Tensor>, Tensor> f, List<Tensor> shapes, long seed) {
        /// Gradients with respect to all inputs, or to the input `only` if it is not negative.
        List<double[]> gradients(List<double[]> points, int only, boolean strided) {
            List<Tensor> leaves = tensors(points);
            for (int i = 0; i < leaves.size(); i++) {
                if (only < 0 || only == i) {
                    leaves.get(i).requireGradient();
                }
            }
            Tensor y = f.apply(leaves);
            if (y.type() != DType.F64) {
                throw new AssertionError("the result must be F64; got " + y.type());
            }
            Tensor upstream = weights(y.shape());
            if (strided) {
                upstream = strided(upstream);
            }
            y.backward(upstream, Autograd.Graph.FREE);
            List<double[]> gradients = new ArrayList<>();
            for (int i = 0; i < leaves.size(); i++) {
                Tensor gradient = leaves.get(i).gradient();
                if (gradient == null && (only < 0 || only == i)) {
                    throw new AssertionError("input " + i + " got no gradient");
                }
                gradients.add(gradient == null ? new double[0] : gradient.toDoubles());
            }
            return gradients;
        }

        double difference(List<double[]> points, int input, int i) {
            double[] values = points.get(input);
            double middle = values[i];
            double step = STEP * Math.max(1, Math.abs(middle));
            values[i] = middle + step;
            double above = loss(points);
            values[i] = middle - step;
            double below = loss(points);
            values[i] = middle;
            return (above - below) / (2 * step);
        }

        private double loss(List<double[]> points) {
            Tensor y = Autograd.noGrad(() -> f.apply(tensors(points)));
            double[] values = y.toDoubles();
            double[] weights = weights(y.shape()).toDoubles();
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += weights[i] * values[i];
            }
            return sum;
        }

        private List<Tensor> tensors(List<double[]> points) {
            List<Tensor> tensors = new ArrayList<>();
            for (int i = 0; i < points.size(); i++) {
                tensors.add(Tensor.of(points.get(i)).reshape(shapes.get(i).shape().sizes()));
            }
            return tensors;
        }

        private Tensor weights(Shape shape) {
            Random random = new Random(seed);
            double[] values = new double[Math.toIntExact(shape.count())];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextDouble(0.5, 1.5) * (random.nextBoolean() ? 1 : -1);
            }
            return Tensor.of(values).reshape(shape.sizes());
        }

        /// The same elements, every second one of a larger tensor.
        private static Tensor strided(Tensor x) {
            Shape shape = x.shape();
            Tensor spread = Tensor.full(x.type(), Shape.of((int) x.count(), 2), Double.NaN);
            spread.slice(1, 0, 1).assign(x.reshape((int) x.count(), 1));
            return spread.slice(1, 0, 1).reshape(shape.sizes());
        }
    }
}
