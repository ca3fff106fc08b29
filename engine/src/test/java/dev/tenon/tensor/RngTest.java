package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.Erf;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// Statistics of one fixed seed; each bound is one that a true random sequence passes at least 99.9
/// % of the time.
class RngTest {
    private static final int N = 100_000;
    private static final double DEVIATIONS = 3.3;
    private static final Rng RNG = Rng.of(20_251_120L);

    private static double[] normal(Rng rng, DType type) {
        return rng.normal(type, Shape.of(N)).toDoubles();
    }

    private static double mean(double[] values, DoubleUnaryOperator f) {
        return Arrays.stream(values).map(f).average().orElseThrow();
    }

    /// The largest distance of the values' distribution from `cdf`, times the root of their number.
    private static double kolmogorov(double[] values, DoubleUnaryOperator cdf) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double distance = 0;
        for (int i = 0; i < sorted.length; i++) {
            double expected = cdf.applyAsDouble(sorted[i]);
            distance = Math.max(distance, Math.abs((i + 1.0) / sorted.length - expected));
            distance = Math.max(distance, Math.abs((double) i / sorted.length - expected));
        }
        return distance * Math.sqrt(sorted.length);
    }

    private static double correlation(double[] a, double[] b, int lag) {
        double sum = 0;
        for (int i = 0; i + lag < a.length; i++) {
            sum += a[i] * b[i + lag];
        }
        return sum / a.length;
    }

    @Test
    void normalNumbersAreNormal() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            double[] z = normal(RNG, type);
            double unit = DEVIATIONS / Math.sqrt(N);
            assertThat(mean(z, v -> v)).isCloseTo(0, within(unit));
            assertThat(mean(z, v -> v * v)).isCloseTo(1, within(unit * Math.sqrt(2)));
            assertThat(mean(z, v -> v * v * v)).isCloseTo(0, within(unit * Math.sqrt(15)));
            assertThat(mean(z, v -> v * v * v * v)).isCloseTo(3, within(unit * Math.sqrt(96)));
            assertThat(kolmogorov(z, v -> 0.5 * (1 + Erf.erf(v / Math.sqrt(2))))).isLessThan(1.95);
            for (int lag : new int[] {1, 2, 15, 16, 17, 32, 48, 64, 4096}) {
                assertThat(correlation(z, z, lag)).as("lag %d", lag).isCloseTo(0, within(unit));
            }
        }
    }

    @Test
    void uniformNumbersAreUniform() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            double[] u = RNG.uniform(type, Shape.of(N)).toDoubles();
            assertThat(Arrays.stream(u)).allMatch(v -> v >= 0 && v < 1);
            assertThat(mean(u, v -> v)).isCloseTo(0.5, within(DEVIATIONS / Math.sqrt(12.0 * N)));
            assertThat(kolmogorov(u, v -> v)).isLessThan(1.95);
            double[] scaled = RNG.uniform(type, Shape.of(N), -3, 5).toDoubles();
            assertThat(Arrays.stream(scaled)).allMatch(v -> v >= -3 && v < 5);
            assertThat(kolmogorov(scaled, v -> (v + 3) / 8)).isLessThan(1.95);
        }
    }

    @Test
    void normalTakesMeanAndDeviation() {
        double[] z = RNG.normal(DType.F64, Shape.of(1000)).toDoubles();
        double[] scaled = RNG.normal(DType.F64, Shape.of(1000), 2, 3).toDoubles();
        for (int i = 0; i < z.length; i++) {
            assertThat(scaled[i]).isEqualTo(2 + 3 * z[i]);
        }
    }

    @Test
    void childrenAreIndependent() {
        double[][] streams = {
            normal(RNG, DType.F32),
            normal(RNG.derive(0), DType.F32),
            normal(RNG.derive(1), DType.F32),
            normal(RNG.derive(0, 0), DType.F32),
            normal(RNG.derive("noise"), DType.F32),
            normal(Rng.of(RNG.key() + 1), DType.F32)
        };
        for (int i = 0; i < streams.length; i++) {
            for (int j = 0; j < i; j++) {
                for (int lag : new int[] {0, 1, 16}) {
                    assertThat(correlation(streams[i], streams[j], lag))
                            .as("streams %d and %d, lag %d", i, j, lag)
                            .isCloseTo(0, within(DEVIATIONS / Math.sqrt(N)));
                }
            }
        }
        Set<Rng> children = new HashSet<>();
        for (long tag = 0; tag < 10_000; tag++) {
            children.add(RNG.derive(tag));
            children.add(RNG.derive("" + tag));
        }
        assertThat(children).hasSize(20_000);
    }

    @Test
    void aSourceIsAValue() {
        Rng rng = Rng.of(7).derive(1, 2).derive("x");
        assertThat(rng).isEqualTo(Rng.of(7).derive(1).derive(2).derive("x"));
        assertThat(rng.derive()).isEqualTo(rng);
        Shape shape = Shape.of(3, 5);
        assertThat(rng.normal(DType.F32, shape).toDoubles())
                .containsExactly(rng.normal(DType.F32, shape).toDoubles());
        assertThat(rng.normal(DType.F32, Shape.of(15)).toDoubles())
                .containsExactly(rng.normal(DType.F32, shape).toDoubles());
        assertThat(rng.permutation(50)).containsExactly(rng.permutation(50));
        assertThat(Rng.of(8).permutation(50)).isNotEqualTo(Rng.of(7).permutation(50));
    }

    @Test
    void aRowDependsOnItsTagAlone() {
        Shape row = Shape.of(1, 9, 9);
        Tensor batch = RNG.normalRows(DType.F32, row, 5, 9, 2);
        assertThat(batch.shape()).isEqualTo(Shape.of(3, 1, 9, 9));
        assertThat(batch.slice(0, 1, 2).toDoubles())
                .containsExactly(RNG.normalRows(DType.F32, row, 9).toDoubles());
        assertThat(batch.slice(0, 2, 3).toDoubles())
                .containsExactly(RNG.derive(2).normal(DType.F32, row).toDoubles());
    }

    @Test
    void aPartOfATensorCanBeMadeAlone() {
        Tensor whole = RNG.normal(DType.F32, Shape.of(1000));
        assertThat(RNG.normal(DType.F32, Shape.of(100), 700L).toDoubles())
                .containsExactly(whole.slice(0, 700, 800).toDoubles());
    }

    @Test
    void permutationsAreEquallyLikely() {
        int[] seen = new int[24];
        int draws = 24_000;
        for (int i = 0; i < draws; i++) {
            long[] order = RNG.derive(i).permutation(4);
            assertThat(Arrays.stream(order).sorted()).containsExactly(0L, 1L, 2L, 3L);
            int code = 0;
            for (int a = 0; a < 4; a++) {
                int smaller = 0;
                for (int b = a + 1; b < 4; b++) {
                    smaller += order[b] < order[a] ? 1 : 0;
                }
                code = code * (4 - a) + smaller;
            }
            seen[code]++;
        }
        assertThat(chiSquare(seen, draws)).isLessThan(49.7); // 23 degrees of freedom, 0.1 %
        assertThat(RNG.permutation(0)).isEmpty();
        assertThat(RNG.permutation(1)).containsExactly(0);
    }

    private static double chiSquare(int[] seen, int draws) {
        double expected = (double) draws / seen.length;
        return Arrays.stream(seen)
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
    }

    @Test
    void integersAreEquallyLikely() {
        int[] seen = new int[10];
        for (long value : RNG.integers(N, -3, 7)) {
            seen[(int) value + 3]++;
        }
        assertThat(chiSquare(seen, N)).isLessThan(27.9); // 9 degrees of freedom, 0.1 %
        // a quarter of all 64-bit numbers has to be drawn again for this range of 3 * 2^62, or each
        // third result would come up twice as often as the others
        long bound = 3L << 61;
        double[] unit =
                Arrays.stream(RNG.integers(N, -bound, bound))
                        .mapToDouble(v -> (v + (double) bound) / (2.0 * bound))
                        .toArray();
        assertThat(kolmogorov(unit, v -> v)).isLessThan(1.95);
        int[] thirds = new int[3];
        for (long value : RNG.integers(N, -bound, bound)) {
            thirds[(int) Math.floorMod(value, 3L)]++;
        }
        assertThat(chiSquare(thirds, N)).isLessThan(13.8); // 2 degrees of freedom, 0.1 %
    }

    @Test
    void bernoulliIsTrueAsOftenAsAsked() {
        Tensor flags = RNG.bernoulli(Shape.of(N), 0.1);
        assertThat(flags.type()).isEqualTo(DType.BOOL);
        assertThat(mean(flags.toDoubles(), v -> v))
                .isCloseTo(0.1, within(DEVIATIONS * Math.sqrt(0.09 / N)));
        assertThat(RNG.bernoulli(Shape.of(100), 0).toLongs()).containsOnly(0);
        assertThat(RNG.bernoulli(Shape.of(100), 1).toLongs()).containsOnly(1);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> RNG.uniform(DType.F16, Shape.of(2)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("uniform: the type must be F32 or F64; got F16");
        assertThatThrownBy(() -> RNG.normal(DType.I64, Shape.of(2)))
                .hasMessage("normal: the type must be F32 or F64; got I64");
        assertThatThrownBy(() -> RNG.uniform(DType.F32, Shape.of(2), 1, 1))
                .isInstanceOf(TenonException.class)
                .hasMessage("uniform: lo < hi must hold and both be finite; got lo 1.0, hi 1.0");
        assertThatThrownBy(() -> RNG.integers(1, 3, 3))
                .hasMessage("integers: lo < hi must hold; got lo 3, hi 3");
        assertThatThrownBy(() -> RNG.permutation(-1))
                .hasMessage("permutation: n must be at least 0; got -1");
        assertThatThrownBy(() -> RNG.bernoulli(Shape.of(1), 1.5))
                .hasMessage("bernoulli: p must be in [0, 1]; got 1.5");
        assertThatThrownBy(() -> RNG.normal(DType.F32, Shape.of(1), -1L))
                .hasMessage("normal: first must be at least 0; got -1");
    }
}
