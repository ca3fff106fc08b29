package dev.tenon.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// An operator of libtorch by its name, for those that have no method in Java.
final class Aten {
    private static final CompilationUnit LISTS =
            torch.compile(
                    """
                    def none() -> List[Tensor]:
                        x: List[Tensor] = []
                        return x
                    def one(x: Tensor) -> List[Tensor]:
                        return [x]
                    """);

    private final OperatorHandle operator;

    /// @param name such as `aten::_fused_adam_`
    Aten(String name) {
        operator = Dispatcher.singleton().findSchemaOrThrow(name, "");
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

    /// Returns a list as an operator takes it.
    ///
    /// (A GenericList made in Java ends the process at its first element, so a script makes it.)
    ///
    /// @param tensors one or none
    static IValue list(Tensor... tensors) {
        IValueVector stack = new IValueVector();
        for (Tensor tensor : tensors) {
            stack.push_back(new IValue(tensor));
        }
        LISTS.find_function(new QualifiedName(tensors.length == 0 ? "none" : "one")).run(stack);
        return new IValue(stack.get(0));
    }

    private static IValue value(@Nullable Object argument) {
        return switch (argument) {
            case null -> new IValue();
            case Tensor tensor -> new IValue(tensor);
            case IValue value -> new IValue(value);
            case Double number -> new IValue(number.doubleValue());
            case Long number -> new IValue(number.longValue());
            case Boolean flag -> new IValue(flag.booleanValue());
            default -> throw new IllegalArgumentException("aten: unknown argument " + argument);
        };
    }
}
