package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private List<String> shown() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aLogGetsOneLineForEachTenth() {
        try (Progress progress = new Progress("training", Progress.Unit.STEPS, 0, 1000, out, 0)) {
            for (int step = 1; step <= 1000; step++) {
                progress.show(step, "loss 0.5");
            }
        }
        assertThat(shown()).hasSize(10);
        assertThat(shown().getFirst())
                .matches("training: 100 of 1000 steps, loss 0\\.5, \\d+ s left");
        assertThat(shown().getLast())
                .matches("training: 1000 of 1000 steps, loss 0\\.5, took \\d+ s");
    }

    @Test
    void tenthsAreThoseOfWhatIsLeft() {
        try (Progress progress = new Progress("training", Progress.Unit.STEPS, 980, 1000, out, 0)) {
            for (int step = 981; step <= 1000; step++) {
                progress.show(step, "");
            }
        }
        assertThat(shown()).hasSize(10);
        assertThat(shown().getFirst()).startsWith("training: 982 of 1000 steps, ");
    }

    @Test
    void batchesOfImagesAreOneJob() {
        Progress.Unit images = new Progress.Unit("images", 5);
        try (Progress progress = new Progress("drawing", images, 0, 200 * 5, out, 0)) {
            for (int first = 0; first < 200; first += 64) {
                int count = Math.min(64, 200 - first);
                for (int step = 0; step <= 5; step++) {
                    progress.show(first * 5L + (long) step * count, "");
                }
            }
        }
        assertThat(shown()).hasSize(10).doesNotHaveDuplicates();
        assertThat(shown().getLast()).startsWith("drawing: 200 of 200 images, took ");
    }

    @Test
    void nothingToDoIsNothingToShow() {
        for (int columns : new int[] {0, 80}) {
            try (Progress progress =
                    new Progress("training", Progress.Unit.STEPS, 7, 7, out, columns)) {
                progress.show(7, "");
            }
        }
        assertThat(shown()).isEmpty();
    }

    @Test
    void aTerminalGetsOneLineThatFitsAndEnds() {
        for (int columns : new int[] {30, 60, 80, 300}) {
            bytes.reset();
            try (Progress progress =
                    new Progress("training", Progress.Unit.STEPS, 0, 50, out, columns)) {
                for (int step = 1; step <= 50; step++) {
                    progress.show(step, "loss 0.1234, 500 images/s");
                }
            }
            String all = bytes.toString(StandardCharsets.UTF_8);
            assertThat(all).endsWith("\n");
            // a bar is drawn over the one before: after a carriage return
            String[] bars = all.strip().split("\r");
            assertThat(bars).allMatch(bar -> bar.length() < columns, "fits " + columns);
            assertThat(bars[bars.length - 1]).startsWith("training ");
            if (columns >= 80) {
                assertThat(bars[bars.length - 1])
                        .contains("[===")
                        .contains("] 50 of 50 steps, loss 0.1234, 500 images/s, took 0 s");
            }
        }
    }

    @Test
    void timesAreShort() {
        assertThat(Progress.time(0.4)).isEqualTo("0 s");
        assertThat(Progress.time(59.4)).isEqualTo("59 s");
        assertThat(Progress.time(59.6)).isEqualTo("1 min 00 s");
        assertThat(Progress.time(3599)).isEqualTo("59 min 59 s");
        assertThat(Progress.time(4200)).isEqualTo("1 h 10 min");
    }
}
