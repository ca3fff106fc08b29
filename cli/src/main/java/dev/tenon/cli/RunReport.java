package dev.tenon.cli;

import dev.tenon.checkpoint.Json;
import dev.tenon.diffusion.training.DiffusionRun;
import dev.tenon.diffusion.training.DiffusionTraining;
import dev.tenon.diffusion.training.Showcase;
import dev.tenon.diffusion.training.TrainedModel;
import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// What is told about a run: `run.json`, the pictures, and the words at the end.
///
/// `run.json` is the only file of a run with times, threads and backend in it: state and model are
/// the same bytes whatever machine they come from. Its seconds add up over all the processes that
/// worked on the run and ended in order.
final class RunReport {
    static final String FILE = "run.json";
    private static final double NANOS = 1e9;

    private final DiffusionRun run;
    private final long began = System.nanoTime();
    private final double secondsBefore;
    private final SequencedMap<String, Object> results = new LinkedHashMap<>();
    private double seconds; // from the beginning to the end of this process's last step
    private double imagesPerSecond;
    private int steps; // of this process

    private RunReport(DiffusionRun run, Map<String, Object> before) {
        this.run = run;
        secondsBefore = number(before, "seconds");
        imagesPerSecond = number(before, "imagesPerSecond");
    }

    /// Begins to measure, and adds to what an earlier process has reported of the run.
    static RunReport of(DiffusionRun run) {
        Path file = run.folder().resolve(FILE);
        boolean resumed = run.training().done() > 0 && Files.exists(file);
        return new RunReport(run, resumed ? Json.read(file) : Map.of());
    }

    private static double number(Map<String, Object> before, String key) {
        return before.get(key) instanceof Number number ? number.doubleValue() : 0;
    }

    /// Measures a step that has just ended.
    void step() {
        steps++;
        seconds = (System.nanoTime() - began) / NANOS;
        imagesPerSecond = steps * (double) run.training().batch() / seconds;
    }

    /// Writes the pictures and adds how they were drawn.
    void add(Showcase showcase) {
        showcase.writeGrid(run.folder().resolve(Showcase.GRID));
        showcase.writeMotion(run.folder().resolve(Showcase.MOTION));
        results.put("imagesJudged", showcase.count());
        results.put("sampler", showcase.sampler());
    }

    /// Adds what a classifier says.
    ///
    /// @param agreement share of drawn images whose class is the one asked for
    /// @param accuracy share of unseen real images that the classifier gets right
    void add(double agreement, double accuracy) {
        results.putFirst("classifierAccuracy", accuracy);
        results.putFirst("classAgreement", agreement);
    }

    /// Writes what is known so far to `run.json`.
    void write() {
        DiffusionTraining training = run.training();
        SequencedMap<String, Object> report = new LinkedHashMap<>();
        report.put("settings", training.settings().toMap());
        report.put("seed", training.settings().seed());
        report.put("steps", training.done());
        report.put("seconds", rounded(secondsBefore + seconds));
        report.put("imagesPerSecond", rounded(imagesPerSecond));
        report.put("loss", training.loss());
        report.putAll(results);
        report.put("threads", Parallel.threads());
        report.put("backend", Backend.describe());
        report.put("parameters", training.model().parameterCount());
        Json.write(run.folder().resolve(FILE), report);
    }

    /// Writes the whole report and says what came out and where it is.
    ///
    /// @param started when the process started its work, of [System#nanoTime()]
    void finish(long started) {
        results.put("totalSeconds", rounded((System.nanoTime() - started) / NANOS));
        write();
        System.out.printf(
                Locale.ROOT,
                "Trained %,d steps in %s, loss %.4f.%n",
                run.training().done(),
                Progress.time(secondsBefore + seconds),
                run.training().loss());
        if (results.get("classAgreement") instanceof Double agreement
                && results.get("classifierAccuracy") instanceof Double accuracy) {
            System.out.printf(
                    Locale.ROOT,
                    "A classifier that gets %.1f %% of unseen real images right agrees with the class asked for on"
                            + " %.1f %% of %s drawn images.%n",
                    100 * accuracy,
                    100 * agreement,
                    results.get("imagesJudged"));
        }
        for (String file : new String[] {Showcase.GRID, Showcase.MOTION, TrainedModel.FILE, FILE}) {
            System.out.println("  " + run.folder().resolve(file));
        }
        System.out.printf(
                "Draw more: ./tenon sample --model %s --class 7 --count 16%n",
                DataOptions.quoted(run.folder()));
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
