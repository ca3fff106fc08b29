package dev.tenon.optim;

import dev.tenon.nn.Param;
import dev.tenon.tensor.TenonException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Some of an optimizer's parameters: by name, or themselves.
///
/// Names are looked for as in `exclude_from_weight_decay` of keras.optimizers: a parameter is taken
/// if one of the regular expressions matches some part of its name.
///
/// @param names regular expressions, such as `bias` or `norm\\d`
/// @param params parameters, whatever their names
public record ParamFilter(List<String> names, List<Param> params) {
    /// Takes no parameter.
    public static final ParamFilter NONE = new ParamFilter(List.of(), List.of());

    /// Copies and checks the lists.
    ///
    /// @throws TenonException if a name is not a regular expression
    public ParamFilter {
        names = List.copyOf(names);
        params = List.copyOf(params);
        names.forEach(ParamFilter::pattern);
    }

    /// Returns a filter that takes parameters by name.
    ///
    /// @throws TenonException if a name is not a regular expression
    public static ParamFilter named(String... names) {
        return new ParamFilter(List.of(names), List.of());
    }

    /// Returns a filter that takes these parameters.
    public static ParamFilter of(Param... params) {
        return new ParamFilter(List.of(), List.of(params));
    }

    /// Says whether a parameter is taken.
    public boolean takes(String name, Param param) {
        return params.contains(param)
                || names.stream().anyMatch(part -> pattern(part).matcher(name).find());
    }

    static Pattern pattern(String name) {
        try {
            return Pattern.compile(name);
        } catch (PatternSyntaxException e) {
            throw new TenonException(
                    "optimizer: names of parameters must be regular expressions; got " + name, e);
        }
    }
}
