package dev.tenon.designer.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Random graphs against computing everything anew: values, what each effect saw, and that none ran
/// twice in a batch or without a reason.
class RandomGraphTest {
    private static final int SIGNALS = 6;

    /// A node's rule: the sum of its sources, of which it reads the second half only where the
    /// first is odd; every seventh value throws.
    private record Rule(int[] sources, int modulus) {
        int apply(java.util.function.IntUnaryOperator read) {
            int sum = read.applyAsInt(sources[0]);
            int end = sum % 2 == 0 ? (sources.length + 1) / 2 : sources.length;
            for (int i = 1; i < end; i++) {
                sum += read.applyAsInt(sources[i]);
            }
            if (sum % 7 == 3) {
                throw new IllegalStateException("seven");
            }
            return sum % modulus;
        }
    }

    @Test
    void valuesAreThoseOfComputingEverything() {
        long seed = Long.getLong("tenon.seed", System.nanoTime());
        System.out.println("RandomGraphTest: seed " + seed + " (-Dtenon.seed)");
        for (int round = 0; round < 300; round++) {
            new Graph(new SplittableRandom(seed + round), "seed " + (seed + round)).play();
        }
    }

    private static final class Graph {
        private final SplittableRandom random;
        private final String seed;
        private final int[] plain = new int[SIGNALS];
        private final List<Signal<Integer>> signals = new ArrayList<>();
        private final List<Computed<Integer>> computeds = new ArrayList<>();
        private final List<Rule> rules = new ArrayList<>();
        private final List<Effect> effects = new ArrayList<>();
        private final List<Integer> watched = new ArrayList<>();
        private final List<List<Object>> seen = new ArrayList<>();

        Graph(SplittableRandom random, String seed) {
            this.random = random;
            this.seed = seed;
            for (int i = 0; i < SIGNALS; i++) {
                plain[i] = random.nextInt(10);
                signals.add(Signal.of(plain[i]));
            }
            for (int i = random.nextInt(3, 25); i > 0; i--) {
                Rule rule =
                        new Rule(
                                random.ints(random.nextInt(1, 5), 0, SIGNALS + rules.size())
                                        .toArray(),
                                random.nextInt(2, 12));
                rules.add(rule);
                computeds.add(Computed.of(() -> rule.apply(this::read)));
            }
        }

        private int read(int node) {
            return node < SIGNALS ? signals.get(node).get() : computeds.get(node - SIGNALS).get();
        }

        private int define(int node) {
            return node < SIGNALS ? plain[node] : rules.get(node - SIGNALS).apply(this::define);
        }

        private Object result(java.util.function.IntUnaryOperator of, int node) {
            try {
                return of.applyAsInt(node);
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }

        void play() {
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(8)) {
                    case 0 -> observe(random.nextInt(SIGNALS + rules.size()));
                    case 1 -> {
                        if (!effects.isEmpty()) {
                            int gone = random.nextInt(effects.size());
                            effects.remove(gone).dispose();
                            watched.remove(/* index */ gone);
                            seen.remove(gone);
                        }
                    }
                    case 2 -> compare(random.nextInt(SIGNALS + rules.size()));
                    default -> write();
                }
            }
            for (int node = 0; node < SIGNALS + rules.size(); node++) {
                compare(node);
            }
            effects.forEach(Effect::dispose);
        }

        private void compare(int node) {
            assertThat(result(this::read, node)).as(seed).isEqualTo(result(this::define, node));
        }

        private void observe(int node) {
            List<Object> sights = new ArrayList<>();
            effects.add(Effect.of(() -> sights.add(result(this::read, node))));
            watched.add(node);
            seen.add(sights);
        }

        private void write() {
            List<Object> before = watched.stream().map(n -> result(this::define, n)).toList();
            seen.forEach(List::clear);
            Reactive.batch(() -> {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    int signal = random.nextInt(SIGNALS);
                    plain[signal] = random.nextInt(10);
                    signals.get(signal).set(plain[signal]);
                    if (random.nextInt(3) == 0) {
                        compare(random.nextInt(SIGNALS + rules.size()));
                    }
                }
            });
            for (int i = 0; i < watched.size(); i++) {
                Object now = result(this::define, watched.get(i));
                assertThat(seen.get(i).size()).as(seed).isLessThanOrEqualTo(1);
                if (!now.equals(before.get(i))) {
                    assertThat(seen.get(i)).as(seed).containsExactly(now);
                }
            }
        }
    }
}
