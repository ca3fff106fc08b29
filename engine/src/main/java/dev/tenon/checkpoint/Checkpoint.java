package dev.tenon.checkpoint;

import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// Named tensors in an order, and words about them.
///
/// @param tensors name to tensor; the order is the one given, or the file's
/// @param metadata free text by key, such as settings and the step; the format attaches no meaning
public record Checkpoint(SequencedMap<String, Tensor> tensors, Map<String, String> metadata) {
    private static final int NAMES_IN_MESSAGE = 8;

    /// Takes copies of both maps.
    public Checkpoint {
        tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /// Makes a checkpoint without metadata.
    public Checkpoint(SequencedMap<String, Tensor> tensors) {
        this(tensors, Map.of());
    }

    /// Returns the tensor called `name`.
    ///
    /// @throws CheckpointException if there is none
    public Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(
                    "checkpoint: a tensor "
                            + Words.quoted(name)
                            + " is needed; got "
                            + some(tensors.sequencedKeySet()));
        }
        return tensor;
    }

    /// Returns the text that the metadata holds for `key`.
    ///
    /// @throws CheckpointException if there is none
    public String text(String key) {
        String text = metadata.get(key);
        if (text == null) {
            throw new CheckpointException(
                    "checkpoint: metadata "
                            + Words.quoted(key)
                            + " is needed; got "
                            + some(metadata.keySet()));
        }
        return text;
    }

    static String some(Iterable<String> names) {
        ArrayList<String> all = new ArrayList<>();
        names.forEach(all::add);
        String first =
                all.stream()
                        .limit(NAMES_IN_MESSAGE)
                        .map(Words::quoted)
                        .collect(Collectors.joining(", ", "[", ""));
        int more = all.size() - NAMES_IN_MESSAGE;
        return first + (more > 0 ? ", and " + more + " more]" : "]");
    }
}
