package dev.tenon.peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// An operator of libtorch by its name, for those that have no method in Java.
final class Aten {
    private static final Map<Integer, Function> LISTS = new HashMap<>();
    private static final List<CompilationUnit> UNITS = new ArrayList<>(); // own the functions

    private final OperatorHandle operator;

    /// @param name such as `aten::_fused_adam_`
    Aten(String name) {
        this(name, "");
    }

    /// @param overload which of several of that name
    Aten(String name, String overload) {
        operator = Dispatcher.singleton().findSchemaOrThrow(name, overload);
    }

    /// Calls the operator.
    ///
    /// @param arguments all of them, in the order of its schema: Tensor, a [#list], Double, Long,
    ///   Boolean, or null for what is optional
    /// @return the tensors it returns
    List<Tensor> call(@Nullable Object... arguments) {
        IValueVector stack = new IValueVector();
        for (Object argument : arguments) {
            stack.push_back(value(argument));
        }
        operator.callBoxed(stack);
        List<Tensor> results = new ArrayList<>();
        for (long i = 0; i < stack.size(); i++) {
            IValue result = stack.get(i);
            if (result.isTensor()) {
                results.add(new Tensor(result.toTensor())); // outlives the stack
            }
        }
        return results;
    }

    /// Returns a list of tensors as an operator takes it.
    ///
    /// (A GenericList made in Java ends the process at its first element, so a script makes it.)
    static IValue list(Tensor... tensors) {
        IValueVector stack = new IValueVector();
        for (Tensor tensor : tensors) {
            stack.push_back(new IValue(tensor));
        }
        LISTS.computeIfAbsent(tensors.length, Aten::list).run(stack);
        return new IValue(stack.get(0));
    }

    private static Function list(int count) {
        String names =
                IntStream.range(0, count).mapToObj(i -> "x" + i).collect(Collectors.joining(", "));
        CompilationUnit unit =
                torch.compile(
                        String.format(
                                "def list(%s) -> List[Tensor]:%n    y: List[Tensor] = [%s]%n    return y%n",
                                names, names));
        UNITS.add(unit);
        return unit.find_function(new QualifiedName("list"));
    }

    private static IValue value(@Nullable Object argument) {
        return switch (argument) {
            case null -> new IValue();
            case Tensor tensor -> new IValue(tensor);
            case IValue value -> new IValue(value);
            case Scalar number -> new IValue(number);
            case Double number -> new IValue(number.doubleValue());
            case Long number -> new IValue(number.longValue());
            case Boolean flag -> new IValue(flag.booleanValue());
            default -> throw new IllegalArgumentException("aten: unknown argument " + argument);
        };
    }
}
