package dev.tenon.optim;

import dev.tenon.tensor.TenonException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/// Different settings for different parameters, by name; each group of parameters is trained by
/// settings of its own, its gradients clipped among themselves.
///
/// ```java
/// new Optimizer(model.params(), OptimizerMap.of(sgd).with("encoder\\..*", adam))
/// ```
///
/// A parameter has the settings whose pattern is its name; if there are none, those whose pattern,
/// a regular expression, matches all of its name; if there are none, the default.
///
/// Source: keras.optimizers.MultiOptimizer and OptimizerMap, whose `path` of a variable is the name
/// here. There each optimizer counts its own steps; here all count those of the whole. PyTorch's
/// parameter groups serve the same end.
///
/// @param otherwise the settings of parameters that no pattern matches
/// @param patterns the settings of others, by regular expression
/// @param lossScaleFactor what the loss was multiplied by, instead of the settings' own; 1, the
///   default, for none
public record OptimizerMap(
        OptimizerSettings otherwise,
        SequencedMap<String, OptimizerSettings> patterns,
        double lossScaleFactor)
        implements OptimizerConfig {
    /// Copies and checks the patterns.
    ///
    /// @throws TenonException if one is no regular expression or the factor is not more than 0
    public OptimizerMap {
        patterns = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(patterns));
        patterns.keySet().forEach(ParamFilter::pattern);
        Settings.factor("loss_scale_factor", lossScaleFactor);
    }

    /// Returns a map without patterns.
    public static OptimizerMap of(OptimizerSettings otherwise) {
        return new OptimizerMap(otherwise, new LinkedHashMap<>(), 1);
    }

    /// Returns this with settings for the parameters whose names match.
    ///
    /// @throws TenonException if there is that pattern already
    public OptimizerMap with(String pattern, OptimizerSettings settings) {
        SequencedMap<String, OptimizerSettings> more = new LinkedHashMap<>(patterns);
        OptimizerSettings there = more.put(pattern, settings);
        if (there != null) {
            throw new TenonException(
                    "optimizer: '"
                            + pattern
                            + "' already exists in the OptimizerMap with value "
                            + there
                            + ". Please make sure to not use duplicated keys.");
        }
        return new OptimizerMap(otherwise, more, lossScaleFactor);
    }

    /// Returns this with another loss scale factor.
    public OptimizerMap withLossScaleFactor(double factor) {
        return new OptimizerMap(otherwise, patterns, factor);
    }

    /// Returns the pattern that a parameter's settings have, or the empty string for the default.
    ///
    /// @throws TenonException if several match
    String patternOf(String name) {
        if (patterns.containsKey(name)) {
            return name;
        }
        List<String> matching =
                patterns.keySet().stream()
                        .filter(p -> ParamFilter.pattern(p).matcher(name).matches())
                        .toList();
        if (matching.size() > 1) {
            throw new TenonException(
                    "optimizer: Multiple optimizers assigned to variable "
                            + name
                            + ". Its name matches "
                            + String.join(" and ", matching));
        }
        return matching.isEmpty() ? "" : matching.getFirst();
    }

    /// Returns the settings of a pattern, by [#patternOf], with this map's loss scale factor.
    OptimizerSettings settings(String pattern) {
        OptimizerSettings found =
                pattern.isEmpty() ? otherwise : Objects.requireNonNull(patterns.get(pattern));
        return found.withLossScaleFactor(lossScaleFactor);
    }
}
