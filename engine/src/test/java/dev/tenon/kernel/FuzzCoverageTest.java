package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarKernels;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the fuzz draws: every kernel of every family, and every way that operands may lie in, at
/// any address, with every kind of number.
class FuzzCoverageTest {
    private static final int CASES = 2500; // of a family

    /// What was seen, as `family.kernel` and as `family.kernel what`.
    private final Set<String> seen = new TreeSet<>();

    @Test
    void everyKernelIsDrawnWithEverythingItMayMeet() throws ReflectiveOperationException {
        Kernels kernels = recording();
        Set<String> wanted = new TreeSet<>();
        for (FuzzFamily family : KernelFuzz.FAMILIES) {
            for (int i = 0; i < Math.max(CASES, 100 * family.kernels()); i++) {
                Draw draw = Draw.pinned(KernelFuzz.mix(3, i), 1 + i % 97);
                Call call = family.draw(draw, i % family.kernels());
                call.run(kernels, new Placement.Margins(i, i));
            }
        }
        for (RecordComponent family : Kernels.class.getRecordComponents()) {
            for (Method kernel : kernelsOf(family.getType())) {
                wanted.addAll(wanted(name(family, kernel), kernel));
            }
        }
        wanted.removeAll(seen);
        assertThat(wanted).as("what the fuzz never draws").isEmpty();
    }

    /// Returns what must have been seen of a kernel.
    private static List<String> wanted(String kernel, Method method) {
        List<String> wanted = new ArrayList<>();
        wanted.add("");
        boolean strided = Arrays.asList(method.getParameterTypes()).contains(Strided.class);
        boolean copies = kernel.startsWith("index") || kernel.startsWith("random");
        boolean typed = Arrays.asList(method.getParameterTypes()).contains(DType.class);
        if (Arrays.asList(method.getParameterTypes()).contains(MemorySegment.class) || strided) {
            wanted.add(" on the heap");
        }
        if (strided) {
            wanted.addAll(List.of(" from an offset", " with gaps"));
        }
        if (strided && !kernel.startsWith("quant")) {
            wanted.addAll(List.of(" turned", " repeated", " backwards"));
        }
        if (!copies && !kernel.startsWith("quant.pack")) {
            wanted.addAll(List.of(" NaN", " infinity", " zero"));
        }
        if (typed) {
            wanted.addAll(List.of(" F32", " F64"));
        }
        for (Class<?> type : method.getParameterTypes()) {
            for (RecordComponent part : optional(type)) {
                wanted.add(" with " + part.getName());
                wanted.add(" without " + part.getName());
            }
        }
        return wanted.stream().map(what -> kernel + what).toList();
    }

    /// Returns a record's components that may be null.
    private static List<RecordComponent> optional(Class<?> type) {
        return Arrays.stream(type.isRecord() ? type.getRecordComponents() : new RecordComponent[0])
                .filter(part -> part.getAnnotatedType().isAnnotationPresent(Nullable.class))
                .toList();
    }

    private static Iterable<Method> kernelsOf(Class<?> family) {
        return Arrays.stream(family.isInterface() ? family.getMethods() : new Method[0])
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .toList();
    }

    /// A family's methods of one name differ in their parameters.
    private static String name(RecordComponent family, Method kernel) {
        return family.getName()
                + "."
                + kernel.getName()
                + "/"
                + kernel.getParameterCount()
                + kernel.getParameterTypes()[kernel.getParameterCount() - 1].getSimpleName();
    }

    /// Returns the definition's kernels, whose calls are noted.
    private Kernels recording() throws ReflectiveOperationException {
        Kernels definition = ScalarKernels.create();
        RecordComponent[] families = Kernels.class.getRecordComponents();
        Object[] recorders = new Object[families.length];
        Class<?>[] types = new Class<?>[families.length];
        for (int i = 0; i < families.length; i++) {
            RecordComponent family = families[i];
            Object kernels = family.getAccessor().invoke(definition);
            types[i] = family.getType();
            recorders[i] =
                    family.getType().isInterface()
                            ? Proxy.newProxyInstance(
                                    family.getType().getClassLoader(),
                                    new Class<?>[] {family.getType()},
                                    (proxy, method, arguments) ->
                                            note(family, kernels, method, arguments))
                            : kernels;
        }
        return Kernels.class.getDeclaredConstructor(types).newInstance(recorders);
    }

    private Object note(RecordComponent family, Object kernels, Method method, Object[] arguments)
            throws Throwable {
        String name = name(family, method);
        seen.add(name);
        DType type = DType.F32;
        for (Object argument : arguments) {
            type = argument instanceof DType given ? given : type;
        }
        seen.add(name + " " + type);
        for (Object argument : arguments) {
            if (argument instanceof Strided operand) {
                place(name, operand);
                content(name, operand.data(), operand.type());
            } else if (argument instanceof MemorySegment segment) {
                content(name, segment, type);
            } else if (argument instanceof Record parts) {
                note(name, parts, type);
            }
        }
        try {
            return method.invoke(kernels, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void note(String name, Record parts, DType type) throws ReflectiveOperationException {
        for (RecordComponent part : optional(parts.getClass())) {
            Object value = part.getAccessor().invoke(parts);
            seen.add(name + (value == null ? " without " : " with ") + part.getName());
            if (value instanceof MemorySegment segment) {
                content(name, segment, type);
            }
        }
    }

    private void place(String name, Strided operand) {
        if (operand.offset() > 0) {
            seen.add(name + " from an offset");
        }
        long before = 0;
        for (int axis = operand.sizes().length - 1; axis >= 0; axis--) {
            long stride = operand.strides()[axis];
            if (operand.sizes()[axis] < 2) {
                continue;
            }
            if (stride == 0) {
                seen.add(name + " repeated");
            } else if (stride < 0) {
                seen.add(name + " backwards");
            } else if (stride < before) {
                seen.add(name + " turned");
            }
            before = Math.max(before, stride);
        }
        long last = operand.offset();
        for (int axis = 0; axis < operand.sizes().length; axis++) {
            last += Math.max(0, operand.sizes()[axis] - 1) * operand.strides()[axis];
        }
        if (last - operand.offset() + 1 > operand.count() && operand.count() > 0) {
            seen.add(name + " with gaps");
        }
    }

    private void content(String name, MemorySegment data, DType type) {
        if (!data.isNative()) {
            seen.add(name + " on the heap");
        }
        long bytes = type.bytes(1);
        for (long i = 0; type.isFloating() && i < data.byteSize() / bytes; i++) {
            double value = type.read(data, i);
            if (Double.isNaN(value)) {
                seen.add(name + " NaN");
            } else if (Double.isInfinite(value)) {
                seen.add(name + " infinity");
            } else if (value == 0) {
                seen.add(name + " zero");
            }
        }
    }
}
