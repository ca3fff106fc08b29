package dev.tenon.nn;

import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a checkpoint holds of a model or an optimizer: tensors by name.
public final class State {
    private static final int SHOWN = 5;

    private State() {}

    /// Overwrites the tensors of `state` with those of `values`, all or none, converted to the
    /// types of `state`.
    ///
    /// @param owner whose state it is, for the message
    /// @param state the tensors to overwrite, by name
    /// @param values what to overwrite them with, by name
    /// @param strict whether both must have the same names; otherwise names that only one of them
    ///   has are left alone
    /// @throws TenonException `load: names and shapes must be those of the <owner>; got missing a,
    ///   b; unexpected c; shape d [2] for [3]`
    public static void load(
            String owner,
            SequencedMap<String, Tensor> state,
            Map<String, Tensor> values,
            boolean strict) {
        load(owner, state, values, strict, name -> null);
    }

    /// Overwrites the tensors as [#load(String, SequencedMap, Map, boolean)] does.
    ///
    /// @param advice what to do about an unexpected name, or null; the message ends with the first
    static void load(
            String owner,
            SequencedMap<String, Tensor> state,
            Map<String, Tensor> values,
            boolean strict,
            Function<String, @Nullable String> advice) {
        List<String> missing = new ArrayList<>();
        List<String> shapes = new ArrayList<>();
        state.forEach((name, target) -> {
            Tensor value = values.get(name);
            if (value == null) {
                missing.add(name);
            } else if (!value.shape().equals(target.shape())) {
                shapes.add(name + " " + value.shape() + " for " + target.shape());
            }
        });
        List<String> faults = new ArrayList<>();
        String cure = "";
        if (strict) {
            list(faults, "missing ", missing);
            List<String> unexpected =
                    values.keySet().stream()
                            .filter(name -> !state.containsKey(name))
                            .sorted()
                            .toList();
            list(faults, "unexpected ", unexpected);
            for (String name : unexpected.reversed()) {
                String given = advice.apply(name);
                cure = given == null ? cure : ". " + given;
            }
        }
        list(faults, "shape ", shapes);
        if (!faults.isEmpty()) {
            throw new TenonException(
                    "load: names and shapes must be those of the "
                            + owner
                            + "; got "
                            + String.join("; ", faults)
                            + cure);
        }
        Autograd.noGrad(() -> state.forEach((name, target) -> assign(target, values.get(name))));
    }

    private static void assign(Tensor target, @Nullable Tensor value) {
        if (value != null) {
            target.assign(value.to(target.type()));
        }
    }

    private static void list(List<String> faults, String what, List<String> names) {
        if (!names.isEmpty()) {
            String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
            int more = names.size() - SHOWN;
            faults.add(what + shown + (more > 0 ? " and " + more + " more" : ""));
        }
    }
}
