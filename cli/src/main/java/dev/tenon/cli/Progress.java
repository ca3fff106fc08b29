package dev.tenon.cli;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarConsumer;
import org.jspecify.annotations.Nullable;

/// Shows how far a job is and how long it will take: a bar on a terminal, and a line every tenth of
/// the way elsewhere, such as in a log.
public final class Progress implements AutoCloseable {
    private static final int MOST_COLUMNS = 110;
    private static final int INTERVAL = 200; // milliseconds between two looks of the bar
    private static final int TENTHS = 10;
    private static final double NANOS = 1e9;

    private final String task;
    private final Unit unit;
    private final long first;
    private final long total;
    private final PrintStream out;
    private final long started = System.nanoTime();
    private final Terminal terminal;
    private final @Nullable ProgressBar bar;
    private volatile String text;
    private volatile double share; // of the job, for the bar's own thread
    private final Pace pace = new Pace();
    private long shown;
    private long tenth;

    /// What is counted.
    ///
    /// @param name such as `images`
    /// @param size how much of what [#show] gets makes one, at least 1
    public record Unit(String name, long size) {
        /// Steps, one at a time.
        public static final Unit STEPS = new Unit("steps", 1);
    }

    /// The bar's line. Its library (0.10.2) ends the line twice if the bar is closed while it is
    /// being drawn, and never if it is closed before it was drawn at all.
    private static final class Terminal implements ProgressBarConsumer {
        private final PrintStream out;
        private final int width;
        private boolean ended;

        Terminal(PrintStream out, int width) {
            this.out = out;
            this.width = width;
        }

        @Override
        public int getMaxRenderedLength() {
            return width;
        }

        @Override
        public synchronized void accept(String line) {
            if (!ended) {
                out.print("\r" + line);
            }
        }

        @Override
        public synchronized void close() {
            if (!ended) {
                ended = true;
                out.println();
            }
        }
    }

    /// Starts showing.
    ///
    /// @param task what is done, one word or two
    /// @param unit what is counted
    /// @param first how much was done before
    /// @param total how much there is in all
    /// @param out where to show it, standard error as a rule
    /// @param columns width of the terminal that `out` is, or 0 if it is none
    Progress(String task, Unit unit, long first, long total, PrintStream out, int columns) {
        this.task = task;
        this.unit = unit;
        this.first = first;
        this.total = total;
        shown = first;
        this.out = out;
        text = first / unit.size + " of " + total / unit.size + " " + unit.name;
        share = total == 0 ? 1 : (double) first / total;
        terminal = new Terminal(out, Math.min(columns, MOST_COLUMNS) - 1);
        bar = columns == 0 || total == first ? null : bar(terminal.width);
    }

    /// Starts showing on standard error.
    ///
    /// @param task what is done, one word or two
    /// @param unit what is counted
    /// @param first how much was done before
    /// @param total how much there is in all
    public static Progress start(String task, Unit unit, long first, long total) {
        return new Progress(task, unit, first, total, System.err, columns());
    }

    /// Returns the width of the terminal that standard error is, or 0 if it is none. The launcher
    /// passes it on; Java itself only knows whether standard input and output are one.
    private static int columns() {
        return Integer.getInteger("tenon.columns", 0);
    }

    private ProgressBar bar(int width) {
        return ProgressBar.builder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(first, java.time.Duration.ZERO)
                .setRenderer((state, most) -> line(Math.min(width, most)))
                .setUpdateIntervalMillis(INTERVAL)
                .setConsumer(terminal)
                .build();
    }

    /// Returns what a terminal shows: all of `width`, so that it covers what was there before.
    private String line(int width) {
        String words = task + " " + text;
        int room = width - words.length() - 3;
        String drawn = "";
        if (room >= TENTHS) {
            int filled = (int) (share * room);
            drawn = "[" + "=".repeat(filled) + " ".repeat(room - filled) + "] ";
        }
        String all = task + " " + drawn + text;
        return all.length() > width
                ? all.substring(0, width)
                : all + " ".repeat(width - all.length());
    }

    /// Shows that `done` of the total is done.
    ///
    /// @param detail what else to show, such as the loss; may be empty
    public void show(long done, String detail) {
        if (total == first) {
            return;
        }
        pace.add(done - shown);
        shown = done;
        StringBuilder words = new StringBuilder();
        words.append(done / unit.size).append(" of ").append(total / unit.size).append(' ');
        words.append(unit.name);
        if (!detail.isEmpty()) {
            words.append(", ").append(detail);
        }
        if (done == total) {
            words.append(", took ").append(time((System.nanoTime() - started) / NANOS));
        } else if (pace.perSecond() > 0) {
            words.append(", ").append(time((total - done) / pace.perSecond())).append(" left");
        }
        text = words.toString();
        share = (double) done / total;
        if (bar != null) {
            bar.stepTo(done);
        } else if ((done - first) * TENTHS / (total - first) > tenth) {
            tenth = (done - first) * TENTHS / (total - first);
            out.println(task + ": " + text);
        }
    }

    /// Returns for example `34 s`, `2 min 05 s` or `1 h 10 min`.
    static String time(double seconds) {
        long all = Math.round(seconds);
        if (all < 60) {
            return all + " s";
        }
        return all < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", all / 60, all % 60)
                : String.format(Locale.ROOT, "%d h %02d min", all / 3600, all % 3600 / 60);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            terminal.close();
        }
    }
}
