package dev.tenon.cli;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// Shows how far a job is: a bar with the time left on a terminal, and a line every tenth of the
/// way elsewhere, such as in a log.
final class Progress implements AutoCloseable {
    private static final int WIDTH = 100;
    private static final long NANOS = 1_000_000_000L;

    private final String task;
    private final long total;
    private final long first;
    private final long started = System.nanoTime();
    private final PrintStream out;
    private final @Nullable ProgressBar bar;
    private long nextLine;

    /// Starts showing.
    ///
    /// @param task what is done, one word or two
    /// @param first steps done before
    /// @param total steps in all
    /// @param out where to show it, standard error as a rule
    /// @param terminal whether `out` is one
    Progress(String task, long first, long total, PrintStream out, boolean terminal) {
        this.task = task;
        this.first = first;
        this.total = total;
        this.out = out;
        bar = terminal ? bar(task, first, total, out) : null;
        nextLine = first + Math.max(1, (total - first) / 10);
    }

    /// Starts showing on standard error, as a bar if the process has a terminal.
    static Progress start(String task, long first, long total) {
        var console = System.console();
        return new Progress(
                task, first, total, System.err, console != null && console.isTerminal());
    }

    private static ProgressBar bar(String task, long first, long total, PrintStream out) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(first, java.time.Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .setMaxRenderedLength(WIDTH)
                .setConsumer(new ConsoleProgressBarConsumer(out, WIDTH))
                .build();
    }

    /// Shows that `done` steps are done.
    ///
    /// @param detail what else to show, such as the loss
    void show(long done, String detail) {
        if (bar != null) {
            bar.setExtraMessage(detail);
            bar.stepTo(done);
        } else if (done >= nextLine || done == total) {
            double seconds = (System.nanoTime() - started) / (double) NANOS;
            double left = done == first ? 0 : seconds / (done - first) * (total - done);
            out.printf(
                    Locale.ROOT,
                    "%s: %d of %d, %s, %.0f s left%n",
                    task,
                    done,
                    total,
                    detail.strip(),
                    left);
            nextLine += Math.max(1, (total - first) / 10);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
