package dev.tenon.checkpoint;

import dev.tenon.checkpoint.PickleValue.Call;
import dev.tenon.checkpoint.PickleValue.Dict;
import dev.tenon.checkpoint.PickleValue.None;
import dev.tenon.checkpoint.PickleValue.Sequence;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The classes and functions that a pickle of PyTorch's may name, and what calling each makes. Any
/// other is refused when it is named, whether or not it would be called.
///
/// | module | names |
/// |---|---|
/// | collections | OrderedDict, defaultdict, Counter |
/// | builtins, \_\_builtin\_\_ | dict, list, tuple, set, frozenset |
/// | \_codecs | encode (bytes in protocol 2) |
/// | torch | Size, device, the dtypes and \*Storage of [StoredType] |
/// | torch.cuda | the \*Storage of [StoredType] |
/// | torch.storage | UntypedStorage, \_UntypedStorage |
/// | torch.\_utils | \_rebuild\_tensor, \_rebuild\_tensor\_v2, \_rebuild\_tensor\_v3 |
/// | torch.\_utils | \_rebuild\_parameter, \_rebuild\_parameter\_with\_state |
final class TorchClasses {
    private static final int MOST_AXES = 64;
    private static final int MOST_PAIRS = 100_000; // only the tar form makes dictionaries so
    private static final Map<String, Object> KNOWN = known();

    private final Refusal refusal;
    private final Map<String, StoredType> types = new HashMap<>(); // by the storage's key
    private long pairsCopied;

    TorchClasses(Refusal refusal) {
        this.refusal = refusal;
    }

    private static Map<String, Object> known() {
        Map<String, Object> known = new HashMap<>();
        known.put("collections.OrderedDict", Call.DICT);
        known.put("collections.Counter", Call.DICT);
        known.put("collections.defaultdict", Call.DEFAULT_DICT);
        for (String module : List.of("builtins", "__builtin__")) {
            known.put(module + ".dict", Call.DICT);
            for (String name : List.of("list", "tuple", "set", "frozenset")) {
                known.put(module + "." + name, Call.SEQUENCE);
            }
        }
        known.put("_codecs.encode", Call.ENCODE);
        known.put("torch.Size", Call.SEQUENCE);
        known.put("torch.device", Call.DEVICE);
        for (StoredType type : StoredType.values()) {
            if (!type.storage().isEmpty()) {
                known.put("torch." + type.storage(), type);
                known.put("torch.cuda." + type.storage(), type);
            }
            if (!type.dtype().isEmpty()) {
                known.put("torch." + type.dtype(), type);
            }
        }
        known.put("torch.storage.UntypedStorage", StoredType.UNTYPED);
        known.put("torch.storage._UntypedStorage", StoredType.UNTYPED);
        known.put("torch._utils._rebuild_tensor", Call.TENSOR);
        known.put("torch._utils._rebuild_tensor_v2", Call.TENSOR);
        known.put("torch._utils._rebuild_tensor_v3", Call.TENSOR_WITH_TYPE);
        known.put("torch._utils._rebuild_parameter", Call.PARAMETER);
        known.put("torch._utils._rebuild_parameter_with_state", Call.PARAMETER);
        return Map.copyOf(known);
    }

    /// Returns the class or function called `name` in `module`.
    ///
    /// @throws CheckpointException if it is none of those above
    Object find(String module, String name) {
        Object found = KNOWN.get(module + "." + name);
        if (found != null) {
            return found;
        }
        String full = Words.quoted(module + "." + name);
        if (module.equals("torch") && isType(name)) {
            throw refusal.unsupported("the pickle has type " + full, StoredType.supported());
        }
        throw refusal.of(
                "the pickle may name only the classes of a state_dict",
                full + ". Save model.state_dict(), not the model");
    }

    private static boolean isType(String name) {
        return name.endsWith("Storage")
                || name.matches("(float|complex|u?int|qu?int|bits|bfloat)\\d+(_\\w+)?");
    }

    /// Returns what `callable` makes of the tuple `arguments`.
    Object call(Object callable, Object arguments) {
        if (!(callable instanceof Call function) || !(arguments instanceof Sequence tuple)) {
            throw refusal.of(
                    "only a function may be called, with a tuple",
                    kind(callable) + " with " + kind(arguments));
        }
        return switch (function) {
            case DICT -> dict(tuple);
            case DEFAULT_DICT -> new Dict();
            // a copy would take time for each call; nothing here tells lists from sets
            case SEQUENCE -> tuple.size() == 0 ? Sequence.growing() : sequence(tuple.get(0));
            case ENCODE -> new PickleValue.Bytes(text(argument(tuple, 0), "bytes to encode"));
            case DEVICE -> None.NONE;
            case TENSOR -> {
                checkBits(tuple, 6);
                yield view(tuple, null);
            }
            case TENSOR_WITH_TYPE -> {
                checkBits(tuple, 7);
                yield view(tuple, type(argument(tuple, 6)));
            }
            case PARAMETER -> parameter(argument(tuple, 0));
        };
    }

    private Object dict(Sequence arguments) {
        if (arguments.size() == 0) {
            return new Dict();
        }
        return switch (arguments.get(0)) {
            case Dict dict -> dict;
            case Sequence pairs -> dictOf(pairs);
            default ->
                    throw refusal.of("a dictionary must be made of pairs", kind(arguments.get(0)));
        };
    }

    private Dict dictOf(Sequence pairs) {
        pairsCopied += pairs.size(); // one list may be named again and again
        if (pairsCopied > MOST_PAIRS) {
            throw refusal.of(
                    "dictionaries may be made of at most " + MOST_PAIRS + " pairs", "more");
        }
        List<Object> keysAndValues = new ArrayList<>(2 * pairs.size());
        for (int i = 0; i < pairs.size(); i++) {
            if (!(pairs.get(i) instanceof Sequence pair) || pair.size() != 2) {
                throw refusal.of("a dictionary must be made of pairs", kind(pairs.get(i)));
            }
            keysAndValues.add(pair.get(0));
            keysAndValues.add(pair.get(1));
        }
        Dict dict = new Dict();
        dict.putAll(keysAndValues);
        return dict;
    }

    private Sequence sequence(Object value) {
        if (value instanceof Sequence sequence) {
            return sequence;
        }
        throw refusal.of("a list must be made of a list", kind(value));
    }

    private Object parameter(Object value) {
        if (value instanceof TorchStorage.View view) {
            return view;
        }
        throw refusal.of("a parameter must be made of a tensor", kind(value));
    }

    /// Refuses a tensor whose elements are not those in the storage but their negatives (`neg`) or
    /// conjugates (`conj`), as the dictionary at `index` says, if there is one.
    private void checkBits(Sequence arguments, int index) {
        if (arguments.size() > index && arguments.get(index) instanceof Dict bits) {
            for (int i = 0; i < bits.size(); i++) {
                if (bits.value(i).equals(true)) {
                    throw refusal.of(
                            "a tensor's elements must be stored as they are",
                            (bits.key(i) instanceof String bit
                                            ? Words.quoted(bit)
                                            : kind(bits.key(i)))
                                    + ". Save tensor.resolve_neg().resolve_conj()");
                }
            }
        }
    }

    private StoredType type(Object value) {
        if (value instanceof StoredType type && type != StoredType.UNTYPED) {
            return type;
        }
        throw refusal.of("a tensor's type must be a dtype", kind(value));
    }

    /// Takes `_rebuild_tensor*`'s (storage, offset, sizes, strides, ...).
    private TorchStorage.View view(Sequence arguments, @Nullable StoredType named) {
        Object first = argument(arguments, 0);
        // the tar form does not say that its tuples are references
        TorchStorage storage = first instanceof TorchStorage known ? known : storage(first);
        StoredType type = named == null ? storage.type() : named;
        long offset = number(argument(arguments, 1), "a tensor's offset");
        long[] sizes = numbers(argument(arguments, 2), "a tensor's sizes");
        long[] strides = numbers(argument(arguments, 3), "a tensor's strides");
        if (sizes.length != strides.length) {
            throw refusal.of(
                    "a tensor must have one stride per axis",
                    sizes.length + " sizes and " + strides.length + " strides");
        }
        return new TorchStorage.View(storage, type, offset, sizes(sizes), strides);
    }

    private int[] sizes(long[] numbers) {
        int[] sizes = new int[numbers.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            if (numbers[axis] > Integer.MAX_VALUE) {
                throw refusal.of(
                        "a tensor's sizes must be below 2^31", String.valueOf(numbers[axis]));
            }
            sizes[axis] = (int) numbers[axis];
        }
        try {
            return Shape.of(sizes).sizes();
        } catch (ShapeException e) {
            throw refusal.of("a tensor may have at most 2^40 elements", Arrays.toString(sizes), e);
        }
    }

    /// Returns the storage that the tuple `reference` names.
    TorchStorage storage(Object reference) {
        if (!(reference instanceof Sequence tuple)
                || tuple.size() < 5
                || !tuple.get(0).equals("storage")
                || !(tuple.get(1) instanceof StoredType type)) {
            throw refusal.of(
                    "a storage must be named by ('storage', type, key, place, count)",
                    kind(reference));
        }
        String key = text(tuple.get(2), "a storage's key");
        StoredType before = types.putIfAbsent(key, type);
        if (before != null && before != type) {
            throw refusal.of(
                    "storage " + Words.quoted(key) + " must have one type",
                    before.storage() + " and " + type.storage());
        }
        long count = number(tuple.get(4), "a storage's count");
        if (tuple.size() > 5 && tuple.get(5) instanceof Sequence part) { // (key, offset, count)
            return new TorchStorage(
                    type,
                    key,
                    number(argument(part, 1), "a storage's offset"),
                    number(argument(part, 2), "a storage's count"));
        }
        return new TorchStorage(type, key, 0, count);
    }

    /// Returns the type of the storage called `key`, or null if no pickle named it yet.
    @Nullable StoredType typeOf(String key) {
        return types.get(key);
    }

    /// Gives `target` attributes: those of a dictionary (versions of layers) are left out, others
    /// have none to be given.
    void setAttributes(Object target, Object attributes) {
        if (!(target instanceof Dict)) {
            throw refusal.of(
                    "attributes may be set only on a dictionary",
                    kind(target) + " and " + kind(attributes));
        }
    }

    private Object argument(Sequence arguments, int index) {
        if (index >= arguments.size()) {
            throw refusal.of(
                    "a call must have its arguments",
                    arguments.size() + " where " + (index + 1) + " are needed");
        }
        return arguments.get(index);
    }

    private String text(Object value, String what) {
        if (value instanceof String text) {
            return text;
        }
        throw refusal.of(what + " must be text", kind(value));
    }

    private long number(Object value, String what) {
        if (value instanceof Long number && number >= 0) {
            return number;
        }
        throw refusal.of(
                what + " must be a whole number of at least 0 and below 2^63",
                value instanceof Number ? value.toString() : kind(value));
    }

    private long[] numbers(Object value, String what) {
        if (!(value instanceof Sequence sequence)) {
            throw refusal.of(what + " must be a tuple", kind(value));
        }
        if (sequence.size() > MOST_AXES) {
            throw refusal.of(
                    "a tensor may have at most " + MOST_AXES + " axes",
                    String.valueOf(sequence.size()));
        }
        long[] numbers = new long[sequence.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(sequence.get(i), what);
        }
        return numbers;
    }

    /// Says what `value` is, in a word or two, without walking into it.
    static String kind(Object value) {
        return switch (value) {
            case String _ -> "text";
            case Boolean _ -> "a truth value";
            case Number _ -> "a number";
            case None _ -> "None";
            case Dict _ -> "a dictionary";
            case Sequence sequence -> sequence.isFixed() ? "a tuple" : "a list";
            case PickleValue.Bytes _ -> "bytes";
            case TorchStorage _ -> "a storage";
            case TorchStorage.View _ -> "a tensor";
            case Call _, StoredType _ -> "a class";
            default -> "another value";
        };
    }
}
