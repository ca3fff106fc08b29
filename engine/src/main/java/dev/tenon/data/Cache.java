package dev.tenon.data;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where downloads are kept and where they come from, as the user set it.
final class Cache {
    private Cache() {}

    /// Returns the folder in the system property `tenon.cache`, else in the environment variable
    /// `TENON_CACHE`, else `~/.cache/tenon`.
    static Path folder() {
        String set = setting("tenon.cache");
        return set == null
                ? Path.of(System.getProperty("user.home"), ".cache", "tenon")
                : Path.of(set);
    }

    /// Returns the system property `property`, else the environment variable of that name in
    /// capitals with underscores, else null.
    static @Nullable String setting(String property) {
        String set = System.getProperty(property);
        return set == null
                ? System.getenv(property.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))
                : set;
    }
}
