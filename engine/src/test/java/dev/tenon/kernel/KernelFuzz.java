package dev.tenon.kernel;

import java.util.List;

/// Random calls of all kernels against the definition; case `number` of a seed is always the same.
///
/// A case is drawn, the definition is asked, and the backend is asked twice, by one thread and by
/// two, with operands at different places: results must be close to the definition's, be the same
/// bytes both times, and leave the bytes around the operands as they were.
final class KernelFuzz {
    /// Every family, in the order of [Kernels], and what came later.
    static final List<FuzzFamily> FAMILIES =
            List.of(
                    new ElementwiseFuzz(),
                    new ReduceFuzz(),
                    new MatmulFuzz(),
                    new NormFuzz(),
                    new ChannelNormFuzz(),
                    new RmsNormFuzz(),
                    new ConvFuzz(),
                    new ResampleFuzz(),
                    new AttentionFuzz(),
                    new IndexFuzz(),
                    new LossFuzz(),
                    new RandomFuzz(),
                    new OptimFuzz(),
                    new QuantFuzz(),
                    new SizedOptimFuzz(),
                    new LastNormFuzz());

    private KernelFuzz() {}

    /// Returns case `number`: families take turns, kernels within them are drawn.
    static Call draw(long seed, long number) {
        FuzzFamily family = FAMILIES.get((int) Math.floorMod(number, (long) FAMILIES.size()));
        return draw(family, seed, number);
    }

    /// Returns case `number` of a family.
    static Call draw(FuzzFamily family, long seed, long number) {
        Draw draw = Draw.of(mix(seed, number));
        return family.draw(draw, draw.below(family.kernels()));
    }

    /// Checks a case.
    ///
    /// @throws AssertionError that names the case, if anything differs
    static void check(Kernels kernels, Call call, long seed, long number) {
        try {
            var expected = call.expected();
            Samples.withThreads(
                    1,
                    () -> {
                        var one = call.run(kernels, new Placement.Margins(number, mix(number, 1)));
                        call.compare(one, expected);
                        Samples.withThreads(
                                2,
                                () -> {
                                    var at = new Placement.Margins(number, mix(number, 2));
                                    call.sameBytes(call.run(kernels, at), one);
                                });
                    });
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + seed + ", case " + number + ": " + call + ": " + e.getMessage(), e);
        }
    }

    /// Returns a seed made of two numbers (the finaliser of SplitMix64).
    static long mix(long seed, long number) {
        long z = seed * 0x9E3779B97F4A7C15L + number;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
