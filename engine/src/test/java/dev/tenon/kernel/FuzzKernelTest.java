package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.kernel.scalar.ScalarKernels;
import dev.tenon.kernel.scalar.ScalarMatmul;
import dev.tenon.tensor.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Random calls of all kernels against the definition.
///
/// `./check` runs a few hundred on each backend and at each width. The whole fuzz, and one case:
///
/// ```text
/// mvn -pl engine -am test -Dtest=FuzzKernelTest -Dsurefire.failIfNoSpecifiedTests=false -Dtenon.fuzz=100000
/// mvn ... -Dtenon.fuzz.seed=7 -Dtenon.fuzz.first=4711 -Dtenon.fuzz=1
/// ```
///
/// `-Dtenon.fuzz.family=Matmul` draws from one family alone; `-Dtenon.backend=vector` and
/// `-Dtenon.machine.bits=256`, in `JAVA_TOOL_OPTIONS`, choose what is tested.
class FuzzKernelTest {
    private static final int SHOWN = 40;

    @Test
    void agreesWithTheDefinition() {
        long cases = Long.getLong("tenon.fuzz", 220);
        long seed = Long.getLong("tenon.fuzz.seed", 1);
        long first = Long.getLong("tenon.fuzz.first", 0);
        String family = System.getProperty("tenon.fuzz.family", "");
        List<String> failures = new ArrayList<>();
        long compared = 0;
        long unbounded = 0;
        for (long number = first; number < first + cases && failures.size() < SHOWN; number++) {
            try {
                Call call = check(family, seed, number);
                compared += call.compared();
                unbounded += call.unbounded();
            } catch (AssertionError e) {
                failures.add(e.getMessage());
            }
        }
        System.out.printf(
                "fuzz: backend %s, seed %d, cases %d to %d%s: %d results have other bits"
                        + " than the definition's, %d of these may be anything%n",
                Backend.kernels().name(),
                seed,
                first,
                first + cases - 1,
                of(family),
                compared,
                unbounded);
        assertThat(failures).isEmpty();
    }

    private static String of(String family) {
        return family.isEmpty() ? "" : " of " + family;
    }

    private static Call check(String family, long seed, long number) {
        Call call =
                family.isEmpty()
                        ? KernelFuzz.draw(seed, number)
                        : KernelFuzz.draw(family(family), seed, number);
        KernelFuzz.check(Backend.kernels(), call, seed, number);
        return call;
    }

    private static FuzzFamily family(String name) {
        return KernelFuzz.FAMILIES.stream()
                .filter(family -> family.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow();
    }

    /// Cases that failed once. Their numbers hold as long as the family draws as it does: whoever
    /// changes that looks for new ones, or writes the case out.
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the mean of a group with an infinite element is infinite, Norm, 1, 47",
        "padding meets no infinity in a gradient of weights, Conv, 5, 1462",
        "three rows and a part of the fourth vector have registers on AVX2, Matmul, 5, 571",
        "no samples have gradients of zero, Norm, 11, 302",
        "no rows have gradients of zero, Norm, 11, 1002"
    })
    void staysRight(String name, String family, long seed, long number) {
        assertThat(name).isNotBlank();
        check(family, seed, number);
    }

    /// The test of the test: three wrong kernels, and what is said of them.
    @Test
    void noticesWhatIsWrong() {
        MatmulKernel inexact = new Wrong(c -> change(c, c.offset(), 1.001));
        // an element before the first, where there is one
        MatmulKernel untidy = new Wrong(c -> change(c, 0, 0.5));
        MatmulKernel divided =
                new Wrong(c -> change(c, c.offset(), 1 + 1e-7 * (Parallel.threads() - 1)));
        assertThat(failures(inexact)).anyMatch(message -> message.contains("expected"));
        assertThat(failures(untidy)).anyMatch(message -> message.contains("not to be written"));
        assertThat(failures(divided)).allMatch(message -> message.contains("with two threads"));
    }

    /// The definition, and then a change to its result.
    private record Wrong(Consumer<Strided> change) implements MatmulKernel {
        @Override
        public void multiply(Strided c, Strided a, Strided b, boolean accumulate) {
            new ScalarMatmul().multiply(c, a, b, accumulate);
            change.accept(c);
        }

        @Override
        public void multiply(Strided c, Strided a, Strided b, Epilogue epilogue) {
            new ScalarMatmul().multiply(c, a, b, epilogue);
            change.accept(c);
        }
    }

    private static void change(Strided c, long element, double factor) {
        if (c.count() > 0) {
            c.type().write(c.data(), element, factor * c.type().read(c.data(), element));
        }
    }

    private static List<String> failures(MatmulKernel wrong) {
        Kernels k = ScalarKernels.create();
        Kernels kernels =
                new Kernels(
                        "wrong",
                        k.elementwise(),
                        k.reduce(),
                        wrong,
                        k.norm(),
                        k.conv(),
                        k.resample(),
                        k.attention(),
                        k.index(),
                        k.loss(),
                        k.random(),
                        k.optim(),
                        k.quant());
        List<String> failures = new ArrayList<>();
        for (long number = 0; number < 40; number++) {
            try {
                KernelFuzz.check(kernels, KernelFuzz.draw(new MatmulFuzz(), 1, number), 1, number);
            } catch (AssertionError e) {
                failures.add(e.getMessage());
            }
        }
        assertThat(failures).isNotEmpty();
        return failures;
    }
}
