package dev.tenon.diffusion.acgan;

import dev.tenon.checkpoint.Json;
import dev.tenon.diffusion.acgan.AcganTraining.Losses;
import dev.tenon.tensor.TenonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The losses of each epoch: the means over its steps, and those on unseen images after it.
///
/// As JSON it has the form of the example's pickle: `{"train": {"generator": [[loss, generation,
/// auxiliary], ...], "discriminator": [...]}, "test": {...}}`.
public final class AcganHistory {
    private final List<Losses> train = new ArrayList<>();
    private final List<Losses> test = new ArrayList<>();

    void add(Losses ofTraining, Losses ofTest) {
        train.add(ofTraining);
        test.add(ofTest);
    }

    /// Returns the means over the steps of each epoch.
    public List<Losses> train() {
        return List.copyOf(train);
    }

    /// Returns the losses on unseen images after each epoch.
    public List<Losses> test() {
        return List.copyOf(test);
    }

    SequencedMap<String, Object> toMap() {
        SequencedMap<String, Object> map = new LinkedHashMap<>();
        map.put("train", part(train));
        map.put("test", part(test));
        return map;
    }

    private static SequencedMap<String, Object> part(List<Losses> epochs) {
        SequencedMap<String, Object> part = new LinkedHashMap<>();
        part.put("generator", epochs.stream().map(e -> e.generator().numbers()).toList());
        part.put("discriminator", epochs.stream().map(e -> e.discriminator().numbers()).toList());
        return part;
    }

    /// @throws TenonException if it is not the JSON of a history
    static AcganHistory ofJson(String text) {
        Map<String, Object> map = Json.read(text, "history");
        List<Losses> train = losses(map.get("train"));
        List<Losses> test = losses(map.get("test"));
        check(train.size() == test.size());
        AcganHistory history = new AcganHistory();
        for (int i = 0; i < train.size(); i++) {
            history.add(train.get(i), test.get(i));
        }
        return history;
    }

    private static List<Losses> losses(@Nullable Object part) {
        Map<?, ?> map = part instanceof Map<?, ?> given ? given : Map.of();
        List<AcganLoss> generator = list(map.get("generator"));
        List<AcganLoss> discriminator = list(map.get("discriminator"));
        check(generator.size() == discriminator.size());
        List<Losses> losses = new ArrayList<>();
        for (int i = 0; i < generator.size(); i++) {
            losses.add(new Losses(generator.get(i), discriminator.get(i)));
        }
        return losses;
    }

    private static List<AcganLoss> list(@Nullable Object epochs) {
        check(epochs instanceof List<?>);
        List<AcganLoss> losses = new ArrayList<>();
        for (Object epoch : epochs instanceof List<?> all ? all : List.of()) {
            List<?> numbers = epoch instanceof List<?> given ? given : List.of();
            check(numbers.size() == 3);
            losses.add(new AcganLoss(number(numbers.get(1)), number(numbers.get(2))));
        }
        return losses;
    }

    private static double number(@Nullable Object value) {
        check(value instanceof Number);
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static void check(boolean right) {
        if (!right) {
            throw new TenonException(
                    "acgan: the history must have three losses for each network and epoch; got"
                            + " something else");
        }
    }
}
