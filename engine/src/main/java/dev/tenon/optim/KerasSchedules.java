package dev.tenon.optim;

import static dev.tenon.optim.KerasArguments.NEEDED;
import static dev.tenon.optim.KerasArguments.count;
import static dev.tenon.optim.KerasArguments.map;

import dev.tenon.tensor.TenonException;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The classes of keras.optimizers.schedules: their arguments, and the [LearningRate] that each is.
final class KerasSchedules {
    private static final List<String> NAMES =
            List.of(
                    "ExponentialDecay",
                    "InverseTimeDecay",
                    "PolynomialDecay",
                    "PiecewiseConstantDecay",
                    "CosineDecay",
                    "CosineDecayRestarts");
    private static final String FIRST = "initial_learning_rate";
    private static final String STEPS = "decay_steps";

    private KerasSchedules() {}

    /// A learning rate and its serialized form, with all arguments.
    ///
    /// @param rate the learning rate
    /// @param serialized the form
    record Schedule(LearningRate rate, SequencedMap<String, Object> serialized) {}

    /// Reads a serialized form.
    ///
    /// @throws TenonException if there is no such schedule, or an argument is wrong
    static Schedule read(Map<String, ?> serialized) {
        String name = String.valueOf(serialized.get("class_name"));
        if (!NAMES.contains(name)) {
            throw unknown(name);
        }
        KerasArguments arguments =
                KerasArguments.of(name, KerasConfig.config(serialized), defaults(name));
        return new Schedule(rate(name, arguments), wrap(name, arguments));
    }

    /// Returns the serialized form of a learning rate.
    ///
    /// @throws TenonException if Keras has no such schedule
    static SequencedMap<String, Object> write(LearningRate rate) {
        String name = rate.getClass().getSimpleName();
        if (!NAMES.contains(name)) {
            throw unknown(rate.toString());
        }
        return wrap(name, KerasArguments.of(name, arguments(rate), defaults(name)));
    }

    private static TenonException unknown(String got) {
        return new TenonException(
                "keras: a learning rate must be a number or one of "
                        + String.join(", ", NAMES)
                        + "; got "
                        + got);
    }

    private static SequencedMap<String, Object> wrap(String name, KerasArguments arguments) {
        return KerasConfig.wrap("keras.optimizers.schedules", name, arguments.values());
    }

    private static SequencedMap<String, Object> defaults(String name) {
        SequencedMap<String, Object> all = map(FIRST, NEEDED, STEPS, NEEDED);
        switch (name) {
            case "ExponentialDecay", "InverseTimeDecay" -> {
                all.put("decay_rate", NEEDED);
                all.put("staircase", false);
            }
            case "PolynomialDecay" -> {
                all.put("end_learning_rate", 1e-4);
                all.put("power", 1.0);
                all.put("cycle", false);
            }
            case "PiecewiseConstantDecay" -> all = map("boundaries", NEEDED, "values", NEEDED);
            case "CosineDecay" -> {
                all.put("alpha", 0.0);
                all.put("name", name);
                all.put("warmup_target", KerasArguments.NONE);
                all.put("warmup_steps", 0L);
            }
            default -> {
                all = map(FIRST, NEEDED, "first_decay_steps", NEEDED, "t_mul", 2.0, "m_mul", 1.0);
                all.put("alpha", 0.0);
            }
        }
        all.putIfAbsent(
                "name",
                switch (name) {
                    case "PiecewiseConstantDecay" -> "PiecewiseConstant";
                    case "CosineDecayRestarts" -> "SGDRDecay";
                    default -> name;
                });
        return all;
    }

    private static LearningRate rate(String name, KerasArguments a) {
        if (name.equals("PiecewiseConstantDecay")) {
            return new PiecewiseConstantDecay(a.numbers("boundaries"), a.numbers("values"));
        }
        double first = a.number(FIRST);
        if (name.equals("CosineDecayRestarts")) {
            return new CosineDecayRestarts(
                    first,
                    a.number("first_decay_steps"),
                    a.number("t_mul"),
                    a.number("m_mul"),
                    a.number("alpha"));
        }
        double steps = a.number(STEPS);
        return switch (name) {
            case "ExponentialDecay" ->
                    new ExponentialDecay(first, steps, a.number("decay_rate"), a.flag("staircase"));
            case "InverseTimeDecay" ->
                    new InverseTimeDecay(first, steps, a.number("decay_rate"), a.flag("staircase"));
            case "PolynomialDecay" ->
                    new PolynomialDecay(
                            first,
                            steps,
                            a.number("end_learning_rate"),
                            a.number("power"),
                            a.flag("cycle"));
            default -> cosine(CosineDecay.of(first, steps).withAlpha(a.number("alpha")), a);
        };
    }

    /// Without a target Keras does not warm up, whatever the steps.
    private static LearningRate cosine(CosineDecay fall, KerasArguments a) {
        return a.isNone("warmup_target")
                ? fall
                : fall.withWarmup(a.number("warmup_target"), a.number("warmup_steps"));
    }

    private static SequencedMap<String, Object> arguments(LearningRate rate) {
        return switch (rate) {
            case ExponentialDecay r ->
                    falling(r.initial(), r.decaySteps(), r.decayRate(), r.staircase());
            case InverseTimeDecay r ->
                    falling(r.initial(), r.decaySteps(), r.decayRate(), r.staircase());
            case PolynomialDecay r -> {
                SequencedMap<String, Object> map =
                        map(FIRST, r.initial(), STEPS, count(r.decaySteps()));
                map.put("end_learning_rate", r.end());
                map.put("power", r.power());
                map.put("cycle", r.cycle());
                yield map;
            }
            case PiecewiseConstantDecay r ->
                    map(
                            "boundaries",
                            r.boundaries().stream().map(KerasArguments::count).toList(),
                            "values",
                            r.values());
            case CosineDecay r -> {
                SequencedMap<String, Object> map =
                        map(FIRST, r.initial(), STEPS, count(r.decaySteps()));
                map.put("alpha", r.alpha());
                if (r.warmupSteps() != 0 || r.warmupTarget() != r.initial()) {
                    map.put("warmup_target", r.warmupTarget());
                    map.put("warmup_steps", count(r.warmupSteps()));
                }
                yield map;
            }
            case CosineDecayRestarts r -> {
                SequencedMap<String, Object> map =
                        map(FIRST, r.initial(), "first_decay_steps", count(r.firstDecaySteps()));
                map.put("t_mul", r.tMul());
                map.put("m_mul", r.mMul());
                map.put("alpha", r.alpha());
                yield map;
            }
            default -> throw unknown(rate.toString());
        };
    }

    private static SequencedMap<String, Object> falling(
            double first, double steps, double share, boolean staircase) {
        SequencedMap<String, Object> map = map(FIRST, first, STEPS, count(steps));
        map.put("decay_rate", share);
        map.put("staircase", staircase);
        return map;
    }
}
