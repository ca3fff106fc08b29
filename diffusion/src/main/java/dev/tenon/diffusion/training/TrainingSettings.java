package dev.tenon.diffusion.training;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Json;
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
/// @param seed of every random choice
/// @param steps updates in all
/// @param batch images per step
/// @param learningRate the peak, reached after the warm-up, from which a cosine falls to 0 at the
///   last step
/// @param warmup steps of linear warm-up; a short run takes a tenth of its steps at most
/// @param clipNorm bound of the gradients' global norm
/// @param schedule `linear` or `cosine`
/// @param noiseSteps T, steps of the forward process
/// @param prediction what the network puts out
/// @param labelDropout chance of each sample to train without its class, in [0, 1)
/// @param emaDecay limit of the moving average's decay, in [0, 1); the decay of update n is
///   min(emaDecay, (1 + n) / (10 + n))
/// @param network the U-Net
public record TrainingSettings(
        String data,
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
    /// @throws TenonException if a value is outside its range
    public TrainingSettings {
        require(steps >= 1, "steps must be at least 1", steps);
        require(batch >= 1, "batch must be at least 1", batch);
        require(
                learningRate > 0 && learningRate < 1,
                "learning rate must be in (0, 1)",
                learningRate);
        require(warmup >= 0, "warm-up must be at least 0", warmup);
        require(clipNorm > 0, "clip norm must be above 0", clipNorm);
        require(noiseSteps >= 2, "noise steps must be at least 2", noiseSteps);
        require(
                labelDropout >= 0 && labelDropout < 1,
                "label dropout must be in [0, 1)",
                labelDropout);
        require(emaDecay >= 0 && emaDecay < 1, "EMA decay must be in [0, 1)", emaDecay);
    }

    private static void require(boolean holds, String rule, double value) {
        if (!holds) {
            String shown =
                    value == Math.rint(value)
                            ? Long.toString((long) value)
                            : Double.toString(value);
            throw new TenonException("train: " + rule + "; got " + shown);
        }
    }

    /// Returns these settings with another number of steps.
    public TrainingSettings withSteps(int count) {
        return new TrainingSettings(
                data,
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

    /// Returns the settings as names and values, in a fixed order.
    public SequencedMap<String, Object> toMap() {
        SequencedMap<String, Object> map = new LinkedHashMap<>();
        map.put("data", data);
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
    /// @param where the file to name in messages
    /// @throws CheckpointException if a setting is missing or is not of its kind
    public static TrainingSettings fromJson(String json, String where) {
        Map<String, Object> map = Json.read(json, where);
        return new TrainingSettings(
                text(map, "data", where),
                number(map, "seed", where).longValue(),
                number(map, "steps", where).intValue(),
                number(map, "batch", where).intValue(),
                number(map, "learningRate", where).doubleValue(),
                number(map, "warmup", where).intValue(),
                number(map, "clipNorm", where).doubleValue(),
                text(map, "schedule", where),
                number(map, "noiseSteps", where).intValue(),
                Prediction.of(text(map, "prediction", where)),
                number(map, "labelDropout", where).doubleValue(),
                number(map, "emaDecay", where).doubleValue(),
                new UNetSettings(
                        number(map, "channels", where).intValue(),
                        number(map, "width", where).intValue(),
                        number(map, "levels", where).intValue(),
                        number(map, "heads", where).intValue(),
                        number(map, "timeChannels", where).intValue(),
                        number(map, "classes", where).intValue()));
    }

    private static Number number(Map<String, Object> map, String key, String where) {
        if (map.get(key) instanceof Number number) {
            return number;
        }
        throw missing(map, key, where, "a number");
    }

    private static String text(Map<String, Object> map, String key, String where) {
        if (map.get(key) instanceof String text) {
            return text;
        }
        throw missing(map, key, where, "a text");
    }

    private static CheckpointException missing(
            Map<String, Object> map, String key, String where, String kind) {
        return new CheckpointException(
                "checkpoint: "
                        + where
                        + ": the setting "
                        + key
                        + " must be "
                        + kind
                        + "; got "
                        + map.get(key));
    }
}
