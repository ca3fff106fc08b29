package dev.tenon.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.BaseStream;
import org.junit.jupiter.api.Test;

/// What only certain classes may do.
final class HouseRulesTest {
    private static final Set<String> THREAD_MAKERS =
            Set.of("start", "ofVirtual", "ofPlatform", "startVirtualThread");
    private static final Set<String> PARALLEL_STREAMS = Set.of("parallel", "parallelStream");

    /// Results must not depend on the number of threads, so one class alone owns them. The command
    /// line may construct a thread, for that is how Java takes a shutdown hook, but not start it.
    @Test
    void onlyParallelStartsThreads() {
        List<String> wrong =
                Tenon.CLASSES.stream()
                        .filter(type -> !isParallel(type))
                        .flatMap(type -> type.getAccessesFromSelf().stream())
                        .filter(HouseRulesTest::makesThreads)
                        .map(JavaAccess::getDescription)
                        .toList();
        assertThat(wrong).isEmpty();
    }

    /// The portable fast path is one package; benchmarks may use the Vector API to measure the
    /// machine's peak.
    @Test
    void onlyVectorKernelsUseTheVectorApi() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tenon.kernel.vector", "dev.tenon.bench..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(Tenon.CLASSES);
    }

    @Test
    void librariesLogThroughSlf4jOnly() {
        libraries().should(ACCESS_STANDARD_STREAMS).check(Tenon.CLASSES);
        libraries().should(USE_JAVA_UTIL_LOGGING).check(Tenon.CLASSES);
        libraries()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ch.qos.logback..", "java.lang.System$Logger")
                .check(Tenon.CLASSES);
    }

    @Test
    void librariesNeverEndTheProcess() {
        libraries().should().callMethod(System.class, "exit", int.class).check(Tenon.CLASSES);
        libraries().should().callMethod(Runtime.class, "halt", int.class).check(Tenon.CLASSES);
    }

    private static GivenClassesConjunction libraries() {
        return noClasses().that().resideOutsideOfPackages("dev.tenon.cli..", "dev.tenon.bench..");
    }

    private static boolean isParallel(JavaClass type) {
        return type.getName().equals("dev.tenon.kernel.Parallel")
                || type.getName().startsWith("dev.tenon.kernel.Parallel$");
    }

    private static boolean makesThreads(JavaAccess<?> access) {
        JavaClass owner = access.getTargetOwner();
        String name = access.getTarget().getName();
        if (owner.isAssignableTo(Thread.class)) {
            boolean commandLine =
                    access.getOriginOwner().getPackageName().startsWith("dev.tenon.cli");
            return THREAD_MAKERS.contains(name) || (name.equals("<init>") && !commandLine);
        }
        return owner.isAssignableTo(Executor.class)
                || owner.getName().equals("java.util.concurrent.Executors")
                || owner.getName().equals("java.util.Timer")
                || (owner.isAssignableTo(CompletableFuture.class) && name.endsWith("Async"))
                || (PARALLEL_STREAMS.contains(name)
                        && (owner.isAssignableTo(BaseStream.class)
                                || owner.isAssignableTo(Iterable.class)));
    }
}
