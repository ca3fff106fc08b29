package dev.tenon.bench;

import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Backend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/// The machine and the process that figures were measured on.
final class Machine {
    private static final Path STATUS = Path.of("/proc/self/status"); // Linux only

    private Machine() {}

    /// Returns one line: Java, threads, backend, processors and system, without names of hosts or
    /// people.
    static String describe() {
        return String.format(
                Locale.ROOT,
                "Java %s, backend %s, %d of %d processors, %s %s",
                Runtime.version().feature(),
                Backend.describe(),
                Parallel.threads(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"));
    }

    /// Returns a line about other programs at work, or an empty text if there is nothing to say.
    static String load() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return load(load, Runtime.getRuntime().availableProcessors());
    }

    /// @param load programs that were ready to run, mean of the last minute; negative where the
    ///   system does not say
    static String load(double load, int processors) {
        if (load <= processors / 4.0) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "The machine is busy (load %.1f on %d processors): figures may be low and scatter.",
                load,
                processors);
    }

    /// Returns the bytes of main memory that the process takes, where the system says.
    static OptionalLong residentBytes() {
        if (!Files.isReadable(STATUS)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10) // in KiB
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty(); // as where there is no such file
        }
    }

    /// Returns the bytes of the Java heap that are in use after a collection.
    static long heapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
