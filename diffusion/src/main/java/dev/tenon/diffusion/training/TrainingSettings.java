package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Json;
import dev.tenon.diffusion.NoiseSchedule;
import dev.tenon.diffusion.Prediction;
import dev.tenon.diffusion.unet.UNetSettings;
import dev.tenon.tensor.TenonException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// Everything that decides what a diffusion training run computes, and nothing else: two runs with
/// equal settings end with the same bytes. It is saved with the run.
///
/// @param data name of the data set: `digits`, `mnist`, `fashion-mnist`
/// @param size height and width of the images in pixels, from 4 (and 2^levels) to 256; the data are
///   resized to it
/// @param seed of every random choice
/// @param steps updates in all
/// @param batch images per step
/// @param learningRate the peak, reached after the warm-up, from which a cosine falls to 0 at the
///   last step
/// @param warmup steps of linear warm-up; a short run takes a tenth of its steps at most
/// @param clipNorm bound of the gradients' global norm
/// @param schedule `linear` or `cosine`
/// @param noiseSteps T, steps of the forward process, 2 to 100,000
/// @param prediction what the network puts out
/// @param labelDropout chance of each sample to train without its class, in [0, 1)
/// @param emaDecay limit of the moving average's decay, in [0, 1); the decay of update n is
///   min(emaDecay, (1 + n) / (10 + n))
/// @param network the U-Net
public record TrainingSettings(
        String data,
        int size,
        long seed,
        int steps,
        int batch,
        double learningRate,
        int warmup,
        double clipNorm,
        String schedule,
        int noiseSteps,
        Prediction prediction,
        double labelDropout,
        double emaDecay,
        UNetSettings network) {
    private static final int SMALLEST = 4; // below it the classifier has nothing left to look at
    private static final int LARGEST = 256;
    private static final int MOST_NOISE_STEPS = 100_000;

    /// @throws TenonException if a value is outside its range
    public TrainingSettings {
        int least = Math.max(SMALLEST, 1 << network.levels());
        require(
                size >= least && size <= LARGEST,
                "size must be " + least + " to " + LARGEST + " for " + network.levels() + " levels",
                size);
        require(steps >= 1, "steps must be at least 1", steps);
        require(batch >= 1, "batch must be at least 1", batch);
        require(
                learningRate > 0 && learningRate < 1,
                "learning rate must be in (0, 1)",
                learningRate);
        NoiseSchedule.of(schedule, 2); // refuses a name that there is none of
        require(warmup >= 0, "warm-up must be at least 0", warmup);
        require(clipNorm > 0, "clip norm must be above 0", clipNorm);
        require(
                noiseSteps >= 2 && noiseSteps <= MOST_NOISE_STEPS,
                "noise steps must be 2 to " + MOST_NOISE_STEPS,
                noiseSteps);
        require(
                labelDropout >= 0 && labelDropout < 1,
                "label dropout must be in [0, 1)",
                labelDropout);
        require(emaDecay >= 0 && emaDecay < 1, "EMA decay must be in [0, 1)", emaDecay);
    }

    private static void require(boolean holds, String rule, double value) {
        if (!holds) {
            String shown =
                    value == Math.rint(value) && Math.abs(value) < Long.MAX_VALUE
                            ? Long.toString((long) value)
                            : Double.toString(value);
            throw new TenonException("train: " + rule + "; got " + shown);
        }
    }

    /// Returns these settings with another number of steps.
    public TrainingSettings withSteps(int count) {
        return new TrainingSettings(
                data,
                size,
                seed,
                count,
                batch,
                learningRate,
                warmup,
                clipNorm,
                schedule,
                noiseSteps,
                prediction,
                labelDropout,
                emaDecay,
                network);
    }

    /// Returns these settings with another network.
    public TrainingSettings withNetwork(UNetSettings other) {
        return new TrainingSettings(
                data,
                size,
                seed,
                steps,
                batch,
                learningRate,
                warmup,
                clipNorm,
                schedule,
                noiseSteps,
                prediction,
                labelDropout,
                emaDecay,
                other);
    }

    /// Returns the settings as names and values, in a fixed order.
    public SequencedMap<String, Object> toMap() {
        SequencedMap<String, Object> map = new LinkedHashMap<>();
        map.put("data", data);
        map.put("size", size);
        map.put("seed", seed);
        map.put("steps", steps);
        map.put("batch", batch);
        map.put("learningRate", learningRate);
        map.put("warmup", warmup);
        map.put("clipNorm", clipNorm);
        map.put("schedule", schedule);
        map.put("noiseSteps", noiseSteps);
        map.put("prediction", prediction.toString());
        map.put("labelDropout", labelDropout);
        map.put("emaDecay", emaDecay);
        map.put("channels", network.channels());
        map.put("width", network.width());
        map.put("levels", network.levels());
        map.put("heads", network.heads());
        map.put("timeChannels", network.timeChannels());
        map.put("classes", network.classes());
        return map;
    }

    /// Returns the settings as JSON.
    public String toJson() {
        return Json.text(toMap());
    }

    /// Returns the settings that [#toJson()] wrote.
    ///
    /// @throws TenonException if a setting is missing, is not of its kind or is outside its range
    public static TrainingSettings fromJson(String json) {
        Map<String, Object> map = Json.read(json, "settings");
        return new TrainingSettings(
                text(map, "data"),
                whole(map, "size"),
                of(map, "seed", Long.class),
                whole(map, "steps"),
                whole(map, "batch"),
                number(map, "learningRate"),
                whole(map, "warmup"),
                number(map, "clipNorm"),
                text(map, "schedule"),
                whole(map, "noiseSteps"),
                Prediction.of(text(map, "prediction")),
                number(map, "labelDropout"),
                number(map, "emaDecay"),
                new UNetSettings(
                        whole(map, "channels"),
                        whole(map, "width"),
                        whole(map, "levels"),
                        whole(map, "heads"),
                        whole(map, "timeChannels"),
                        whole(map, "classes")));
    }

    private static int whole(Map<String, Object> map, String key) {
        long value = of(map, key, Long.class);
        if (value != (int) value) {
            throw wrong(map, key, "a whole number of 32 bits");
        }
        return (int) value;
    }

    private static double number(Map<String, Object> map, String key) {
        return of(map, key, Number.class).doubleValue();
    }

    private static String text(Map<String, Object> map, String key) {
        return of(map, key, String.class);
    }

    private static <T> T of(Map<String, Object> map, String key, Class<T> kind) {
        Object value = map.get(key);
        if (!kind.isInstance(value)) {
            throw wrong(
                    map,
                    key,
                    kind == String.class
                            ? "a text"
                            : kind == Long.class ? "a whole number" : "a number");
        }
        return kind.cast(value);
    }

    private static CheckpointException wrong(Map<String, Object> map, String key, String kind) {
        Object value = map.get(key);
        return new CheckpointException(
                "settings: "
                        + key
                        + " must be "
                        + kind
                        + "; got "
                        + (value == null ? "none" : value));
    }
}
