package dev.tenon.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.checkpoint.CheckpointException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
    private static final Report REPORT =
            new Report(
                    List.of(
                            Figure.rate("matmul", 81.234567, "GFLOP/s", 0.000_412_6, 93.1),
                            Figure.of("step", 1234.5, "ms"),
                            new Figure("add", 10, "GB/s", 0.0125, 20.0, "torch", 8.0)));

    @TempDir Path folder;

    @Test
    void theTableIsAlignedAndHasADashForNothing() {
        StringWriter table = new StringWriter();
        REPORT.print(new PrintWriter(table));
        assertThat(table.toString().replace(System.lineSeparator(), "\n"))
                .isEqualTo(
                        """
                        benchmark  one run        figure          peak  of peak             peer  of peer
                        matmul      413 us  81.2 GFLOP/s  93.1 GFLOP/s     87 %                -        -
                        step             -      1,235 ms             -        -                -        -
                        add        12.5 ms     10.0 GB/s     20.0 GB/s     50 %  torch 8.00 GB/s    125 %
                        """);
    }

    @Test
    void jsonHasAllFieldsAndNullForNothing() throws Exception {
        Path file = folder.resolve("figures.json");
        REPORT.write(file);
        assertThat(Files.readString(file))
                .isEqualTo(
                        """
                        [
                          {
                            "name" : "matmul",
                            "value" : 81.235,
                            "unit" : "GFLOP/s",
                            "peak" : 93.1,
                            "ofPeak" : 0.87255,
                            "peer" : null,
                            "peerValue" : null,
                            "ofPeer" : null
                          },
                          {
                            "name" : "step",
                            "value" : 1234.5,
                            "unit" : "ms",
                            "peak" : null,
                            "ofPeak" : null,
                            "peer" : null,
                            "peerValue" : null,
                            "ofPeer" : null
                          },
                          {
                            "name" : "add",
                            "value" : 10.0,
                            "unit" : "GB/s",
                            "peak" : 20.0,
                            "ofPeak" : 0.5,
                            "peer" : "torch",
                            "peerValue" : 8.0,
                            "ofPeer" : 1.25
                          }
                        ]
                        """);
    }

    @Test
    void aFolderThatIsNotThereIsRefused() {
        Path file = folder.resolve("nowhere/figures.json");
        assertThatThrownBy(() -> REPORT.write(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "write: the folder must exist; got "
                                + folder.resolve("nowhere")
                                + " for figures.json");
    }

    @Test
    void numbersHaveThreeDigitsOrAllBeforeThePoint() {
        assertThat(List.of(0.1234, 0.99951, 1.234, 9.996, 12.34, 99.96, 123.4, 12345.6))
                .extracting(Report::number)
                .containsExactly("0.123", "1.00", "1.23", "10.0", "12.3", "100", "123", "12,346");
        assertThat(List.of(2e-7, 2.5e-5, 2.5e-2, 2.5))
                .extracting(Report::duration)
                .containsExactly("0.200 us", "25.0 us", "25.0 ms", "2.50 s");
    }
}
