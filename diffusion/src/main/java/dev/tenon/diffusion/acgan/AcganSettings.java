package dev.tenon.diffusion.acgan;

import dev.tenon.checkpoint.Json;
import dev.tenon.tensor.TenonException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// What an ACGAN run computes. The defaults are those of Keras's example, and at full width all of
/// them.
///
/// Networks of other widths learn at another rate: Adam's, 2e-4 in the example, is divided by the
/// width ([#usualRate]). An Adam step moves each weight by about the rate, whatever the gradient,
/// so what a step changes in a sum over n channels grows with n; with a rate in proportion to 1 / n
/// the outputs of networks of all widths move alike (muP: Yang et al. 2022, arXiv:2203.03466, who
/// say so of hidden layers; it is taken here for all, first and last included).
///
/// Measured after two epochs of MNIST at an eighth of the width, batch 100: a classifier tells the
/// class asked for in 68 % of drawn digits at 2e-4, 85 % at 4e-4 (one seed each), 97 to 99 % at
/// 8e-4 (four seeds), 97.5 to 99.7 % at 16e-4 (six seeds); and digits of a class differ more, not
/// less, at higher rates. By the rule half the width gives 99 %, a quarter 99 to 99.8 %, a
/// sixteenth 96.6 to 99.7 %.
///
/// @param data name of the images
/// @param epochs passes over them, 1 to 10,000; default 100
/// @param batch images per step, 2 to 4,096; default 100
/// @param latent size of the noise, 1 to 4,096; default 100
/// @param width factor of the channels of both networks, in (0, 4]; default 1
/// @param learningRate Adam's, of both networks, in (0, 0.1]; default [#usualRate] of the width
/// @param seed of every random choice; default 1337
public record AcganSettings(
        String data,
        int epochs,
        int batch,
        int latent,
        double width,
        double learningRate,
        long seed) {
    private static final double RATE = 2e-4; // the example's
    private static final double HIGHEST_USUAL = 32e-4; // at 1/16 of the width, the least tried
    private static final double HIGHEST_RATE = 0.1;

    /// Checks the settings.
    ///
    /// @throws TenonException naming the one that is out of range
    public AcganSettings {
        range("epochs", epochs, 1, 10_000);
        range("batch", batch, 2, 4096);
        range("latent", latent, 1, 4096);
        if (!(width > 0 && width <= 4)) {
            throw new TenonException("acgan: width must be in (0, 4]; got " + width);
        }
        if (!(learningRate > 0 && learningRate <= HIGHEST_RATE)) {
            throw new TenonException(
                    "acgan: the learning rate must be in (0, "
                            + HIGHEST_RATE
                            + "]; got "
                            + learningRate);
        }
    }

    /// Returns the rate for networks of this width: the example's 2e-4 divided by it, at most
    /// 16e-4.
    public static double usualRate(double width) {
        return Math.min(HIGHEST_USUAL, RATE / width);
    }

    private static void range(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new TenonException(
                    "acgan: " + name + " must be " + least + " to " + most + "; got " + value);
        }
    }

    /// Returns the example's settings for images of this name.
    public static AcganSettings of(String data) {
        return new AcganSettings(data, 100, 100, 100, 1, RATE, 1337);
    }

    String toJson() {
        SequencedMap<String, Object> map = new LinkedHashMap<>();
        map.put("data", data);
        map.put("epochs", epochs);
        map.put("batch", batch);
        map.put("latent", latent);
        map.put("width", width);
        map.put("learningRate", learningRate);
        map.put("seed", seed);
        return Json.text(map);
    }

    /// @throws TenonException if a setting is missing, is of another kind or out of its range
    static AcganSettings ofJson(String text) {
        Map<String, Object> map = Json.read(text, "settings");
        if (!(map.get("data") instanceof String data)) {
            throw new TenonException("acgan: settings must name the data; got " + map.get("data"));
        }
        return new AcganSettings(
                data,
                (int) whole(map, "epochs"),
                (int) whole(map, "batch"),
                (int) whole(map, "latent"),
                number(map, "width").doubleValue(),
                number(map, "learningRate").doubleValue(),
                whole(map, "seed"));
    }

    private static long whole(Map<String, Object> map, String key) {
        Number number = number(map, key);
        if (number.longValue() != number.doubleValue() && !(number instanceof Long)) {
            throw new TenonException(
                    "acgan: setting " + key + " must be a whole number; got " + number);
        }
        return key.equals("seed")
                ? number.longValue()
                : Math.clamp(number.longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static Number number(Map<String, Object> map, String key) {
        if (map.get(key) instanceof Number number) {
            return number;
        }
        throw new TenonException(
                "acgan: setting " + key + " must be a number; got " + map.get(key));
    }

    /// Returns this with another number of epochs.
    public AcganSettings withEpochs(int number) {
        return new AcganSettings(data, number, batch, latent, width, learningRate, seed);
    }

    /// Returns how many channels a layer has that has `full` in the example.
    int channels(int full) {
        return Math.max(1, (int) Math.round(full * width));
    }
}
