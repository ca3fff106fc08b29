package dev.tenon.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A public name means one thing, and says what the type is.
final class NamesTest {
    private static final Pattern PLACES =
            Pattern.compile(".*(Impl|Utils?|Manager|Helper)|Abstract.*");

    /// A reader who sees `Module` or `Parameter` should not have to look at the imports.
    @Test
    void publicNamesDoNotCollideWithThoseOfJava() throws Exception {
        Map<String, String> java = publicTypesOfJavaBase();
        assertThat(java)
                .containsEntry("Parameter", "java.lang.reflect.Parameter")
                .hasSizeGreaterThan(1000);
        assertThat(
                        publicTypes()
                                .filter(type -> java.containsKey(type.getSimpleName()))
                                .map(type ->
                                        type.getName()
                                                + " hides "
                                                + java.get(type.getSimpleName())))
                .isEmpty();
    }

    @Test
    void publicNamesSayWhatTheTypeIs() {
        assertThat(
                        publicTypes()
                                .filter(type -> PLACES.matcher(type.getSimpleName()).matches())
                                .map(JavaClass::getName))
                .isEmpty();
    }

    @Test
    void accessorsHaveNoGetPrefix() {
        assertThat(
                        publicTypes()
                                .flatMap(type -> type.getMethods().stream())
                                .filter(method ->
                                        method.getModifiers().contains(JavaModifier.PUBLIC))
                                .filter(method ->
                                        method.getName().matches("get[A-Z].*")
                                                && method.getRawParameterTypes().isEmpty())
                                .map(method -> method.getFullName())
                                // picocli's interface asks for this name
                                .filter(method ->
                                        !method.equals("dev.tenon.cli.TenonVersion.getVersion()")))
                .isEmpty();
    }

    private static Stream<JavaClass> publicTypes() {
        return Tenon.CLASSES.stream()
                .filter(type ->
                        type.getModifiers().contains(JavaModifier.PUBLIC)
                                && !type.isAnonymousClass())
                .sorted((a, b) -> a.getName().compareTo(b.getName()));
    }

    /// Simple name to full name of the public top-level types in the packages that java.base
    /// exports to all.
    private static Map<String, String> publicTypesOfJavaBase()
            throws IOException, ClassNotFoundException {
        var base = ModuleFinder.ofSystem().find("java.base").orElseThrow();
        Set<String> exported =
                base.descriptor().exports().stream()
                        .filter(exports -> !exports.isQualified())
                        .map(Exports::source)
                        .collect(Collectors.toSet());
        List<String> names;
        try (ModuleReader reader = base.open();
                Stream<String> files = reader.list()) {
            names =
                    files.filter(file ->
                                    file.endsWith(".class")
                                            && !file.contains("$")
                                            && !file.contains("-"))
                            .map(file ->
                                    file.substring(0, file.length() - ".class".length())
                                            .replace('/', '.'))
                            .filter(name ->
                                    exported.contains(
                                            name.substring(0, Math.max(0, name.lastIndexOf('.')))))
                            .sorted()
                            .toList();
        }
        Map<String, String> types = new HashMap<>();
        for (String name : names) {
            if (Modifier.isPublic(Class.forName(name, false, null).getModifiers())) {
                types.putIfAbsent(name.substring(name.lastIndexOf('.') + 1), name);
            }
        }
        return types;
    }
}
