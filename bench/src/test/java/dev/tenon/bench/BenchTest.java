package dev.tenon.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.cli.Program;
import dev.tenon.kernel.Kernels;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands: what they refuse, and short runs of both.
final class BenchTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir Path folder;

    @Test
    void everyFamilyOfKernelsHasBenchmarks() {
        List<String> families = new ArrayList<>();
        Arrays.stream(Kernels.class.getRecordComponents())
                .map(RecordComponent::getName)
                .filter(name -> !name.equals("name"))
                .forEach(families::add);
        families.add("parallel"); // regions
        families.add("step"); // of training
        assertThat(KernelsCommand.families().keySet())
                .containsExactlyInAnyOrderElementsOf(families);
    }

    @Test
    void namesAreUnique() {
        assertThat(
                        KernelsCommand.families().values().stream()
                                .flatMap(List::stream)
                                .map(Trial::name))
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(30);
    }

    @Test
    void everyNormIsTimedInEveryWay() {
        List<String> names =
                NormCases.families().values().stream()
                        .flatMap(List::stream)
                        .map(Trial::name)
                        .toList();
        assertThat(names).doesNotHaveDuplicates();
        assertThat(NormCases.families().keySet())
                .containsExactly("batchnorm", "instancenorm", "groupnorm", "layernorm", "rmsnorm");
        assertThat(names)
                .contains(
                        "batchnorm 32x64x32x32, channels last, training, forward and backward",
                        "batchnorm 8192x768, evaluation, forward",
                        "groupnorm 1x64x32x32, 1 group, forward",
                        "layernorm 8192x768, forward and backward");
    }

    @Test
    void normsPrintATable() {
        assertThat(bench("norms", "--filter", "groupnorm 1x64x32x32, 1 group")).isZero();
        assertThat(out.toString())
                .containsPattern(
                        "(?m)^groupnorm 1x64x32x32, 1 group, forward +[0-9.,]+ [um]s +.* GB/s")
                .containsPattern(
                        "(?m)^groupnorm 1x64x32x32, 1 group, channels last, forward and backward +[0-9.,]+");
    }

    @Test
    void aFilterLooksAtFamiliesAndNames() {
        assertThat(Trials.select(KernelsCommand.families(), "CONV").keySet())
                .containsExactly("conv");
        assertThat(Trials.select(KernelsCommand.families(), "gelu").get("elementwise"))
                .extracting(Trial::name)
                .containsExactly("gelu 16M", "gelu 16M, backward");
    }

    @Test
    void aFilterThatFitsNothingNamesTheFamilies() {
        assertThat(bench("kernels", "--filter", "Nothing")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        "tenon bench kernels: --filter must be part of a benchmark's family or name; got"
                                + " Nothing. Families: matmul, quant, conv, attention, norm, elementwise, reduce,"
                                + " resample, index, loss, random, optim, parallel, step\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aFileThatCannotBeWrittenIsRefusedBeforeTheWork() {
        Path file = folder.resolve("nowhere/figures.json");
        for (String command : List.of("kernels", "train")) {
            err.getBuffer().setLength(0);
            assertThat(bench(command, "--json", file.toString())).isEqualTo(2);
            assertThat(err.toString())
                    .isEqualTo(
                            "tenon bench "
                                    + command
                                    + ": --json: the folder must exist; got "
                                    + file
                                    + "\n");
        }
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void tooFewStepsAreRefused() {
        assertThat(bench("train", "--steps", "3")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("tenon bench train: --steps must be 4 to 1000000; got 3\n");
    }

    @Test
    void anUnknownBenchmarkIsRefused() {
        assertThat(bench("kernel")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        "tenon bench: Unmatched argument at index 0: 'kernel'; did you mean kernels? (see tenon bench"
                                + " --help)\n");
    }

    @Test
    void aPeakBufferHasASizeThatMakesSense() {
        assertThat(bench("optim", "--peak-buffer", "8")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        "tenon bench optim: --peak-buffer must be 64 to 4096 megabytes; got 8\n");
    }

    @Test
    void kernelsPrintATableAndWriteJson() throws Exception {
        Path file = folder.resolve("figures.json");
        assertThat(
                        bench(
                                "kernels",
                                "--filter",
                                "groupnorm 64x8x8x8, 1 group, forward",
                                "--json",
                                file.toString()))
                .isZero();
        assertThat(out.toString())
                .contains("backend")
                .containsPattern(
                        "(?m)^groupnorm 64x8x8x8, 1 group, forward +[0-9.,]+ [um]s +.* GB/s");
        assertThat(Files.readString(file))
                .contains(
                        "\"name\" : \"groupnorm 64x8x8x8, 1 group, forward\"",
                        "\"unit\" : \"GB/s\"",
                        "\"ofPeak\" : ",
                        "\"peer\" : null");
    }

    @Test
    void trainingReportsTimeAndMemory() throws Exception {
        Path file = folder.resolve("figures.json");
        assertThat(bench("train", "--steps", "4", "--width", "4", "--json", file.toString()))
                .isZero();
        assertThat(out.toString())
                .contains("width 4; digits, 8x8, 64 images a step")
                .containsPattern("(?m)^training step, median +- +[0-9.,]+ ms")
                .containsPattern("(?m)^training +- +[0-9.,]+ images/s")
                .containsPattern("(?m)^tensors reserved after step 3 +- +[0-9.,]+ MB")
                .containsPattern("(?m)^Memory is .* from step 3 to step 4: tensors in use ");
        assertThat(Files.readString(file))
                .contains(
                        "\"name\" : \"training, arithmetic\"",
                        "\"name\" : \"Java heap after step 4\"");
    }

    @Test
    void peersMustBeThereAndOfAKnownKind() {
        assertThat(bench("kernels", "--peers=fast")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo("tenon bench kernels: --peers must be tuned or installed; got fast\n");
        err.getBuffer().setLength(0);
        assertThat(bench("kernels", "--peers")).isEqualTo(2);
        assertThat(err.toString())
                .isEqualTo(
                        "tenon bench kernels: --peers: the module peers must be on the class path; start with"
                                + " ./tenon, which puts it there\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aWrongResultIsNeverTimed() {
        assertThatThrownBy(() -> Operands.check("gelu 16M", 0.5, 0.25, 1e-6))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "gelu 16M: the result must be right before it is timed; got 0.5, expected 0.25");
        assertThatThrownBy(() -> Operands.check("gelu 16M", Double.NaN, 0.25, 1e-6))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aBusyMachineIsSaid() {
        assertThat(Machine.load(0.4, 2)).isEmpty();
        assertThat(Machine.load(-1, 2)).isEmpty();
        assertThat(Machine.load(7.25, 2))
                .isEqualTo(
                        "The machine is busy (load 7.3 on 2 processors): figures may be low and scatter.");
    }

    private int bench(String... words) {
        return Program.commandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }
}
