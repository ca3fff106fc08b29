package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.nn.Param;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// The optimizers of Keras 2 against its formulas in plain double arithmetic.
class Keras2Test {
    private static final int COUNT = 7;
    private static final int STEPS = 6;
    private static final long SEED = 3;
    private static final double EPSILON = 1e-7;

    /// A step in formula order.
    @FunctionalInterface
    private interface Step {
        /// @param w the weights, changed in place
        /// @param g the gradient
        /// @param a state that is 0 at first
        /// @param b state that is 0 at first
        /// @param lr the learning rate of this step
        /// @param t the number of the step, from 1
        void apply(double[] w, double[] g, double[] a, double[] b, double lr, int t);
    }

    private static void check(Keras2 made, double lr, double decay, Step step) {
        double[] start = new Random(SEED).doubles(COUNT, -1, 1).toArray();
        double[] w = start.clone();
        double[] a = new double[COUNT];
        double[] b = new double[COUNT];
        Param param = Param.of(Tensor.of(start));
        SequencedMap<String, Param> params = new LinkedHashMap<>();
        params.put("w", param);
        Optimizer optimizer = made.build(params);
        for (int t = 1; t <= STEPS; t++) {
            double[] g = new Random(SEED + t).doubles(COUNT, -1, 1).toArray();
            setGradient(param, g);
            optimizer.step();
            step.apply(w, g, a, b, lr / (1 + decay * (t - 1)), t);
            assertThat(param.value().toDoubles())
                    .as("%s after step %d, seed %d", optimizer.rule(), t, SEED)
                    .containsExactly(w, Offset.offset(1e-12));
        }
    }

    private static void setGradient(Param param, double[] gradient) {
        param.clearGradient();
        param.value().mul(Tensor.of(gradient)).sum().backward();
    }

    @Test
    void sgd() {
        check(
                Keras2.sgd().lr(0.1).decay(0.5).with("momentum", 0.9),
                0.1,
                0.5,
                (w, g, v, _, lr, _) -> {
                    for (int i = 0; i < COUNT; i++) {
                        v[i] = 0.9 * v[i] - lr * g[i];
                        w[i] += v[i];
                    }
                });
        check(
                Keras2.sgd().with("momentum", 0.9).with("nesterov", true),
                0.01,
                0,
                (w, g, v, _, lr, _) -> {
                    for (int i = 0; i < COUNT; i++) {
                        v[i] = 0.9 * v[i] - lr * g[i];
                        w[i] += 0.9 * v[i] - lr * g[i];
                    }
                });
    }

    @Test
    void rmsProp() {
        check(
                Keras2.rmsProp().decay(0.1).with("epsilon", 0.01),
                0.001,
                0.1,
                (w, g, a, _, lr, _) -> {
                    for (int i = 0; i < COUNT; i++) {
                        a[i] = 0.9 * a[i] + 0.1 * g[i] * g[i];
                        w[i] -= lr * g[i] / (Math.sqrt(a[i]) + 0.01);
                    }
                });
    }

    @Test
    void adagrad() {
        check(
                Keras2.adagrad().with("epsilon", null),
                0.01,
                0,
                (w, g, a, _, lr, _) -> {
                    for (int i = 0; i < COUNT; i++) {
                        a[i] += g[i] * g[i];
                        w[i] -= lr * g[i] / (Math.sqrt(a[i]) + EPSILON);
                    }
                });
    }

    @Test
    void adadelta() {
        check(
                Keras2.adadelta().with("rho", 0.8),
                1,
                0,
                (w, g, a, d, lr, _) -> {
                    for (int i = 0; i < COUNT; i++) {
                        a[i] = 0.8 * a[i] + 0.2 * g[i] * g[i];
                        double change =
                                g[i] * Math.sqrt(d[i] + EPSILON) / Math.sqrt(a[i] + EPSILON);
                        w[i] -= lr * change;
                        d[i] = 0.8 * d[i] + 0.2 * change * change;
                    }
                });
    }

    @Test
    void adam() {
        check(
                Keras2.adam().lr(0.05).decay(1e-2).with("beta_1", 0.5),
                0.05,
                1e-2,
                (w, g, m, v, lr, t) -> {
                    double rate = lr * Math.sqrt(1 - Math.pow(0.999, t)) / (1 - Math.pow(0.5, t));
                    for (int i = 0; i < COUNT; i++) {
                        m[i] = 0.5 * m[i] + 0.5 * g[i];
                        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                        w[i] -= rate * m[i] / (Math.sqrt(v[i]) + EPSILON);
                    }
                });
        double[] largest = new double[COUNT];
        check(
                Keras2.adam().with("amsgrad", true).with("beta_2", 0.5),
                0.001,
                0,
                (w, g, m, v, lr, t) -> {
                    double rate = lr * Math.sqrt(1 - Math.pow(0.5, t)) / (1 - Math.pow(0.9, t));
                    for (int i = 0; i < COUNT; i++) {
                        m[i] = 0.9 * m[i] + 0.1 * g[i];
                        v[i] = 0.5 * v[i] + 0.5 * g[i] * g[i];
                        largest[i] = Math.max(largest[i], v[i]);
                        w[i] -= rate * m[i] / (Math.sqrt(largest[i]) + EPSILON);
                    }
                });
    }

    @Test
    void adamax() {
        check(
                Keras2.adamax(),
                0.002,
                0,
                (w, g, m, u, lr, t) -> {
                    for (int i = 0; i < COUNT; i++) {
                        m[i] = 0.9 * m[i] + 0.1 * g[i];
                        u[i] = Math.max(0.999 * u[i], Math.abs(g[i]));
                        w[i] -= lr / (1 - Math.pow(0.9, t)) * m[i] / (u[i] + EPSILON);
                    }
                });
    }

    @Test
    void nadam() {
        check(
                Keras2.nadam().with("schedule_decay", 0.01),
                0.002,
                0,
                (w, g, m, v, lr, t) -> {
                    double product = 1;
                    for (int k = 1; k <= t; k++) {
                        product *= momentum(k);
                    }
                    for (int i = 0; i < COUNT; i++) {
                        double ahead = g[i] / (1 - product);
                        m[i] = 0.9 * m[i] + 0.1 * g[i];
                        double mean = m[i] / (1 - product * momentum(t + 1));
                        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                        double square = v[i] / (1 - Math.pow(0.999, t));
                        double bar = (1 - momentum(t)) * ahead + momentum(t + 1) * mean;
                        w[i] -= lr * bar / (Math.sqrt(square) + EPSILON);
                    }
                });
    }

    private static double momentum(int t) {
        return 0.9 * (1 - 0.5 * Math.pow(0.96, t * 0.01));
    }

    /// First all gradients together by their norm, then each element.
    @Test
    void clips() {
        for (double clipvalue : new double[] {0, 0.1}) {
            SequencedMap<String, Param> params = new LinkedHashMap<>();
            params.put("a", Param.of(Tensor.of(new double[] {0})));
            params.put("b", Param.of(Tensor.of(new double[] {0, 0})));
            Keras2 made = Keras2.sgd().lr(1).clipnorm(0.5);
            Optimizer optimizer = (clipvalue > 0 ? made.clipvalue(clipvalue) : made).build(params);
            double[] all = {3, 0.4, -4};
            setGradient(params.firstEntry().getValue(), new double[] {3});
            setGradient(params.lastEntry().getValue(), new double[] {0.4, -4});
            optimizer.step();
            double norm = Math.sqrt(Arrays.stream(all).map(g -> g * g).sum());
            double[] expected =
                    Arrays.stream(all)
                            .map(g -> g * 0.5 / norm)
                            .map(g -> clipvalue > 0 ? Math.clamp(g, -clipvalue, clipvalue) : g)
                            .map(g -> -g)
                            .toArray();
            double[] actual = {
                params.firstEntry().getValue().value().item(),
                params.lastEntry().getValue().value().at(0),
                params.lastEntry().getValue().value().at(1)
            };
            assertThat(actual).containsExactly(expected, Offset.offset(1e-15));
        }
    }

    @Test
    void takesArgumentsByName() {
        assertThat(Keras2.of("adam", Map.of("learning_rate", 0.5)).settings())
                .isEqualTo(Keras2.adam().lr(0.5).settings())
                .isEqualTo(OptimizerSettings.of(Adam.KERAS, 0.5));
        assertThat(Keras2.of("RMSprop", Map.of("lr", 0.5, "learning_rate", 0.25)).settings())
                .isEqualTo(Keras2.rmsProp().lr(0.5).settings());
    }

    @Test
    void saysWhatIsWrong() {
        assertMessage(
                () -> Keras2.sgd().with("foo", 1).settings(),
                "keras 2: Unexpected keyword argument passed to optimizer: foo. SGD has learning_rate,"
                        + " lr, momentum, nesterov, decay, clipnorm, clipvalue");
        assertMessage(
                () -> Keras2.nadam().decay(0.1).settings(),
                "keras 2: Unexpected keyword argument passed to optimizer: decay. Nadam has"
                        + " learning_rate, lr, beta_1, beta_2, epsilon, schedule_decay, clipnorm,"
                        + " clipvalue");
        assertMessage(
                () -> Keras2.of("AdamW", Map.of()),
                "keras 2: Could not interpret optimizer identifier: AdamW. There are SGD, RMSprop,"
                        + " Adagrad, Adadelta, Adam, Adamax, Nadam");
        assertMessage(
                () -> Keras2.adam().with("lr", "fast").settings(),
                "keras: Adam: lr must be a number; got 'fast'");
    }

    private static void assertMessage(ThrowingCallable body, String message) {
        assertThatThrownBy(body).isInstanceOf(TenonException.class).hasMessage(message);
    }
}
