package dev.tenon.cli;

import picocli.CommandLine.IVersionProvider;

/// The line that `--version` prints: Tenon's version from the jar's manifest, and the Java it runs
/// on.
public final class TenonVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = TenonVersion.class.getPackage().getImplementationVersion();
        return new String[] {
            "tenon "
                    + (version == null ? "(not packaged)" : version)
                    + " on Java "
                    + Runtime.version()
        };
    }
}
