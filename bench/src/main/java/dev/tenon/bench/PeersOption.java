package dev.tenon.bench;

import dev.tenon.bench.peer.Peer;
import dev.tenon.tensor.TenonException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--peers`: whether other programs take part.
///
/// The launcher sees the option too: it builds the module `peers`, puts it and its libraries on the
/// class path and sets the environment of the process.
final class PeersOption {
    private static final String TUNED = "tuned";
    private static final String INSTALLED = "installed";

    @Option(
            names = "--peers",
            arity = "0..1",
            fallbackValue = TUNED,
            paramLabel = "HOW",
            description = {
                "Time OpenBLAS and libtorch too, in turns with Tenon, and show the better one.",
                "The first time, Maven fetches them (110 MB), and they unpack 470 MB into .tenon/natives.",
                "HOW is tuned (the default: with memory that PyTorch keeps, as one who cares would set it up) or"
                        + " installed (as it comes)."
            })
    @Nullable String how;

    /// Returns the peers, none unless asked for.
    ///
    /// @throws TenonException if the option is neither of its values or there are no peers
    List<Peer> peers() {
        if (how == null) {
            return List.of();
        }
        if (!how.equals(TUNED) && !how.equals(INSTALLED)) {
            throw new TenonException(
                    "--peers must be " + TUNED + " or " + INSTALLED + "; got " + how);
        }
        List<Peer> found =
                ServiceLoader.load(Peer.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .sorted(Comparator.comparing(Peer::name))
                        .toList();
        if (found.isEmpty()) {
            throw new TenonException(
                    "--peers: the module peers must be on the class path; start with ./tenon, which puts it there");
        }
        return found;
    }

    /// Prints a line about the peers, if there are any.
    void introduce(List<Peer> peers, PrintWriter out) {
        if (!peers.isEmpty()) {
            out.println(
                    "Peers ("
                            + how
                            + "): "
                            + peers.stream().map(Peer::name).collect(Collectors.joining(", ")));
        }
    }
}
