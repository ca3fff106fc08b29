package dev.tenon.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The sentences of the design: who may know whom.
final class ModuleSentencesTest {
    private static final Set<String> KERNELS =
            Set.of(
                    "dev.tenon.dtype",
                    "dev.tenon.kernel",
                    "dev.tenon.kernel.scalar",
                    "dev.tenon.kernel.vector",
                    "dev.tenon.kernel.machine");

    /// What a package of the engine may use of the engine, itself aside. Packages below `nn` count
    /// as `nn`.
    private static final Map<String, Set<String>> ENGINE =
            Map.of(
                    "dev.tenon.dtype", Set.of(),
                    "dev.tenon.kernel", Set.of("dev.tenon.dtype"),
                    "dev.tenon.kernel.scalar", Set.of("dev.tenon.dtype", "dev.tenon.kernel"),
                    "dev.tenon.kernel.vector", Set.of("dev.tenon.dtype", "dev.tenon.kernel"),
                    "dev.tenon.kernel.machine", Set.of("dev.tenon.dtype", "dev.tenon.kernel"),
                    "dev.tenon.tensor", KERNELS,
                    "dev.tenon.nn", with(KERNELS, "dev.tenon.tensor"),
                    "dev.tenon.optim", with(KERNELS, "dev.tenon.tensor", "dev.tenon.nn"),
                    "dev.tenon.data", with(KERNELS, "dev.tenon.tensor"),
                    "dev.tenon.checkpoint", Set.of("dev.tenon.dtype", "dev.tenon.tensor"));

    @Test
    void enginePackagesPointOneWay() {
        List<String> wrong = new ArrayList<>();
        for (JavaClass type : Tenon.CLASSES) {
            String from = enginePackage(type);
            if (from == null) {
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                String to =
                        target.getPackageName().startsWith("dev.tenon")
                                ? enginePackage(target)
                                : from;
                if (to == null
                        || !(to.equals(from) || ENGINE.getOrDefault(from, Set.of()).contains(to))) {
                    wrong.add(dependency.getDescription());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyEnginePackageHasItsPlace() {
        Set<String> found = new TreeSet<>();
        for (JavaClass type : Tenon.CLASSES) {
            String name = enginePackage(type);
            if (name != null) {
                found.add(name);
            }
        }
        assertThat(found)
                .as("packages of the engine; add a new one to ENGINE in this test")
                .isSubsetOf(ENGINE.keySet());
    }

    @Test
    void diffusionKnowsOnlyTheEngine() {
        noClasses()
                .that()
                .resideInAPackage("dev.tenon.diffusion..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.tenon.cli..", "dev.tenon.bench.."))
                .allowEmptyShould(true)
                .check(Tenon.CLASSES);
    }

    @Test
    void theDesignerKnowsNothingOfOurs() {
        noClasses()
                .that()
                .resideInAPackage("dev.tenon.designer..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.tenon..")
                                .and(not(resideInAPackage("dev.tenon.designer.."))))
                .check(Tenon.CLASSES);
    }

    @Test
    void nothingDependsOnBench() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tenon.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.tenon.bench..")
                .check(Tenon.CLASSES);
    }

    /// The engine's package of a type, or null for a type of another module.
    private static @Nullable String enginePackage(JavaClass type) {
        String name = type.getPackageName();
        if (name.matches("dev\\.tenon\\.(diffusion|designer|cli|bench)(\\..*)?")) {
            return null;
        }
        return name.startsWith("dev.tenon.nn.") ? "dev.tenon.nn" : name;
    }

    private static Set<String> with(Set<String> some, String... more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(List.of(more));
        return all;
    }
}
