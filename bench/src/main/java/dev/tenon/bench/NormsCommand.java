package dev.tenon.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tenon bench norms`: times every norm in every layout, forward and backward, in training and in
/// evaluation.
@Command(
        name = "norms",
        description = {
            "Times batch, instance, group, layer and root mean square norm, forward and with the backward pass,"
                    + " in training and evaluation, channels first and last.",
            "Each checks its result against the definition first. Bytes are those that must pass through memory:"
                    + " statistics over a whole batch read it twice."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class NormsCommand implements Runnable {
    @Spec CommandSpec spec;

    @Mixin Trials trials;

    @Override
    public void run() {
        trials.run(NormCases.families(), spec.commandLine().getOut());
    }
}
