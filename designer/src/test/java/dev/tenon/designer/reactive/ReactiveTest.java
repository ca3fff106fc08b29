package dev.tenon.designer.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.DesignException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Signals, computeds, effects, batches.
class ReactiveTest {
    private final List<Object> log = new ArrayList<>();

    @Test
    void anEffectFollowsWhatItReads() {
        Signal<Integer> x = Signal.of(1);
        Effect effect = Effect.of(() -> log.add(x.get()));
        x.set(2);
        x.set(2);
        x.set(3);
        effect.dispose();
        x.set(4);
        assertThat(log).containsExactly(1, 2, 3);
        assertThat(x.observers()).isZero();
    }

    @Test
    void dependenciesAreThoseOfTheLastRun() {
        Signal<Boolean> which = Signal.of(true);
        Signal<String> a = Signal.of("a1");
        Signal<String> b = Signal.of("b1");
        Effect.of(() -> log.add(which.get() ? a.get() : b.get()));
        b.set("b2");
        which.set(false);
        a.set("a2");
        b.set("b3");
        assertThat(log).containsExactly("a1", "b2", "b3");
        assertThat(a.observers()).isZero();
    }

    @Test
    void aDiamondIsSeenWhole() {
        Signal<Integer> x = Signal.of(1);
        Computed<Integer> left = Computed.of(() -> x.get() + 1);
        Computed<Integer> right = Computed.of(() -> x.get() * 10);
        Effect.of(() -> log.add(left.get() + ":" + right.get()));
        x.set(2);
        assertThat(log).containsExactly("2:10", "3:20");
    }

    @Test
    void aComputedIsLazyAndKept() {
        Signal<Integer> x = Signal.of(1);
        Computed<Integer> twice =
                Computed.of(() -> {
                    log.add("run");
                    return 2 * x.get();
                });
        assertThat(log).isEmpty();
        assertThat(twice.get()).isEqualTo(2);
        assertThat(twice.get()).isEqualTo(2);
        assertThat(log).hasSize(1);
        x.set(5);
        assertThat(log).hasSize(1);
        assertThat(twice.get()).isEqualTo(10);
        assertThat(log).hasSize(2);
    }

    @Test
    void anEqualValueStopsTheChange() {
        Signal<Integer> x = Signal.of(1);
        Computed<Boolean> positive = Computed.of(() -> x.get() > 0);
        Computed<String> text =
                Computed.of(() -> {
                    log.add("text");
                    return positive.get() ? "yes" : "no";
                });
        Effect.of(() -> log.add(text.get()));
        x.set(2);
        assertThat(log).containsExactly("text", "yes");
        x.set(-1);
        assertThat(log).containsExactly("text", "yes", "text", "no");
    }

    @Test
    void aValueThatComesBackWithinABatchChangesNothing() {
        Signal<Integer> x = Signal.of(1);
        Computed<Integer> twice = Computed.of(() -> 2 * x.get());
        Effect.of(() -> log.add(twice.get()));
        Reactive.batch(() -> {
            x.set(2);
            assertThat(twice.get()).isEqualTo(4);
            x.set(1);
            assertThat(twice.get()).isEqualTo(2);
        });
        Reactive.batch(() -> {
            x.set(3);
            x.set(1);
            x.set(4);
        });
        assertThat(log.getFirst()).isEqualTo(2);
        assertThat(log.getLast()).isEqualTo(8);
        assertThat(twice.get()).isEqualTo(8);
    }

    @Test
    void batchesNest() {
        Signal<Integer> x = Signal.of(1);
        Signal<Integer> y = Signal.of(1);
        Effect.of(() -> log.add(x.get() + y.get()));
        Reactive.batch(() -> {
            Reactive.batch(() -> x.set(2));
            assertThat(log).hasSize(1);
            y.set(2);
        });
        assertThat(log).containsExactly(2, 4);
    }

    @Test
    void untrackedReadsConcernNobody() {
        Signal<Integer> x = Signal.of(1);
        Signal<Integer> y = Signal.of(1);
        Effect.of(() -> log.add(x.get() + Reactive.untracked(y::get) + y.peek()));
        y.set(5);
        x.set(2);
        assertThat(log).containsExactly(3, 12);
    }

    @Test
    void aCircleIsToldByName() {
        Signal<Boolean> circle = Signal.of(true);
        List<Computed<Integer>> all = new ArrayList<>();
        all.add(Computed.named("a", () -> circle.get() ? all.get(1).get() : 1));
        all.add(Computed.named("b", () -> all.get(2).get() + 1));
        all.add(Computed.named("c", () -> all.get(0).get() + 1));
        assertThatThrownBy(() -> all.get(0).get())
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "reactive: a computed must not depend upon itself; got a -> b -> c -> a");
        circle.set(false);
        assertThat(all.get(1).get()).isEqualTo(3);
        circle.set(true);
        assertThatThrownBy(() -> all.get(2).get()).hasMessageContaining("a computed must not");
        circle.set(false);
        assertThat(all.get(2).get()).isEqualTo(2);
    }

    @Test
    void whatAComputedThrowsIsKept() {
        Signal<Integer> x = Signal.of(0);
        Computed<Integer> inverse =
                Computed.of(() -> {
                    log.add("run");
                    return 6 / x.get();
                });
        Computed<Integer> next = Computed.of(() -> inverse.get() + 1);
        assertThatThrownBy(next::get).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(inverse::get).isInstanceOf(ArithmeticException.class);
        assertThat(log).hasSize(1);
        x.set(2);
        assertThat(next.get()).isEqualTo(4);
    }

    @Test
    void anEffectThatThrowsHindersNoOther() {
        Signal<Integer> x = Signal.of(1);
        for (String name : List.of("a", "b", "c")) {
            Effect.named(
                    name,
                    () -> {
                        log.add(name + x.get());
                        if (x.get() == 2 && !name.equals("b")) {
                            throw new IllegalStateException(name);
                        }
                    });
        }
        log.clear();
        assertThatThrownBy(() -> x.set(2))
                .isInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(log).containsExactlyInAnyOrder("a2", "b2", "c2");
        log.clear();
        x.set(3);
        assertThat(log).containsExactlyInAnyOrder("a3", "b3", "c3");
    }

    @Test
    void aBatchThatThrowsRunsWhatItChanged() {
        Signal<Integer> x = Signal.of(1);
        Effect.of(() -> log.add(x.get()));
        assertThatThrownBy(() ->
                        Reactive.batch(() -> {
                            x.set(2);
                            throw new IllegalStateException("batch");
                        }))
                .hasMessage("batch");
        assertThat(log).containsExactly(1, 2);
    }

    @Test
    void anEffectThatThrowsAtFirstLeavesNothing() {
        Signal<Integer> x = Signal.of(0);
        assertThatThrownBy(() -> Effect.of(() -> log.add(1 / x.get())))
                .isInstanceOf(ArithmeticException.class);
        assertThat(x.observers()).isZero();
    }

    @Test
    void anEffectMayWrite() {
        Signal<Integer> x = Signal.of(3);
        Signal<Integer> sum = Signal.of(0);
        Effect.of(() -> log.add(sum.get()));
        Effect.of(() -> {
            if (x.get() > 0) {
                sum.set(sum.peek() + x.get());
                x.set(x.get() - 1);
            }
        });
        assertThat(sum.get()).isEqualTo(6);
        assertThat(log).startsWith(0).endsWith(6);
    }

    @Test
    void effectsThatNeverRestAreStopped() {
        Signal<Integer> x = Signal.of(0);
        Signal<Integer> y = Signal.of(0);
        Signal<Boolean> on = Signal.of(false);
        Effect.named(
                "ping",
                () -> {
                    if (on.get()) {
                        y.set(x.get() + 1);
                    }
                });
        Effect.named(
                "pong",
                () -> {
                    if (on.get()) {
                        x.set(y.get() + 1);
                    }
                });
        assertThatThrownBy(() -> on.set(true))
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "reactive: effects must come to rest; after 100 runs in one batch these"
                                + " still write what they read: ping, pong");
        on.set(false);
        Effect.of(() -> log.add(x.get()));
        x.set(-1);
        assertThat(log).hasSize(2);
    }

    @Test
    void innerEffectsEndWithTheirOwner() {
        Signal<Integer> x = Signal.of(1);
        Signal<Integer> y = Signal.of(1);
        Effect outer =
                Effect.of(() -> {
                    int seen = x.get();
                    Effect.of(() -> log.add(seen + ":" + x.get() + ":" + y.get()));
                    Reactive.onCleanup(() -> log.add("cleanup " + seen));
                });
        y.set(2);
        x.set(2);
        outer.dispose();
        x.set(3);
        y.set(3);
        assertThat(log).containsExactly("1:1:1", "1:1:2", "cleanup 1", "2:2:2", "cleanup 2");
        assertThat(x.observers() + y.observers()).isZero();
    }

    @Test
    void anEffectMayDisposeItself() {
        Signal<Integer> x = Signal.of(1);
        Effect[] self = new Effect[1];
        self[0] =
                Effect.of(() -> {
                    log.add(x.get());
                    if (x.get() == 2) {
                        self[0].dispose();
                    }
                });
        x.set(2);
        x.set(3);
        assertThat(log).containsExactly(1, 2);
        assertThat(x.observers()).isZero();
    }

    @Test
    void aComputedNeitherWritesNorMakesEffects() {
        Signal<Integer> x = Signal.named("x", 1);
        Computed<Integer> writer =
                Computed.named(
                        "writer",
                        () -> {
                            x.set(2);
                            return 1;
                        });
        assertThatThrownBy(writer::get)
                .hasMessage(
                        "reactive: a computed must not write; got a write of x in writer. Write in"
                                + " an effect");
        Computed<Effect> maker = Computed.named("maker", () -> Effect.named("made", () -> {}));
        assertThatThrownBy(maker::get)
                .hasMessage("reactive: a computed must not make effects; got made in maker");
        assertThatThrownBy(() -> Reactive.onCleanup(() -> {}))
                .hasMessage("reactive: onCleanup must be called in an effect");
    }

    @Test
    void aChainMayBeLongButNotEndless() {
        Signal<Integer> x = Signal.of(0);
        List<Computed<Integer>> chain = new ArrayList<>();
        chain.add(Computed.of(x::get));
        for (int i = 1; i <= Turn.DEEPEST; i++) {
            Computed<Integer> before = chain.getLast();
            chain.add(Computed.named("c" + i, () -> before.get() + 1));
        }
        assertThat(chain.get(Turn.DEEPEST - 1).get()).isEqualTo(Turn.DEEPEST - 1);
        x.set(5);
        assertThatThrownBy(() -> chain.getLast().get())
                .hasMessageStartingWith(
                        "reactive: at most 1000 computeds may wait for each other; got one more");
        assertThat(chain.get(7).get()).isEqualTo(12);
    }

    @Test
    void theLongestChainHasRoomInASmallStack() throws InterruptedException {
        List<Throwable> failures = new ArrayList<>();
        var thread = new Thread(null, this::aChainMayBeLongButNotEndless, "small", 800L << 10);
        thread.setUncaughtExceptionHandler((_, failure) -> failures.add(failure));
        thread.start();
        thread.join();
        assertThat(failures).isEmpty();
    }

    @Test
    void aTurnIsOneThreads() throws InterruptedException {
        Signal<Integer> x = Signal.of(0);
        Reactive.batch(() -> {
            x.set(1);
            log.add(x.get());
        });
        var other = new Thread(() -> x.set(2));
        other.start();
        other.join();
        assertThat(x.get()).isEqualTo(2);
    }

    @Test
    void aCleanupMayDisposeOfAnotherEffectOfItsOwner() {
        Signal<Integer> signal = Signal.of(0);
        List<String> log = new ArrayList<>();
        Effect owner =
                Effect.of(() -> {
                    signal.get();
                    Effect[] second = new Effect[1];
                    Effect.of(() -> Reactive.onCleanup(() -> second[0].dispose()));
                    second[0] = Effect.of(() -> Reactive.onCleanup(() -> log.add("second")));
                    Effect.of(() -> Reactive.onCleanup(() -> log.add("third")));
                });
        signal.set(1);
        assertThat(log).containsExactly("second", "third");
        owner.dispose();
        assertThat(log).containsExactly("second", "third", "second", "third");
    }

    /// A circle found while a computed only looked whether it must run must not leave it deaf.
    @Test
    void whatWasInACircleHearsOfTheNextChange() {
        Signal<Boolean> c = Signal.of(false);
        Signal<Boolean> d = Signal.of(true);
        List<Computed<Integer>> all = new ArrayList<>();
        all.add(Computed.named("a", () -> d.get() ? all.get(1).get() : 7));
        all.add(Computed.named("b", () -> c.get() ? all.get(0).get() : 1));
        assertThat(all.get(0).get()).isEqualTo(1);
        Effect.of(() -> {
            try {
                log.add(all.get(1).get());
            } catch (DesignException e) {
                log.add("circle");
            }
        });
        c.set(true);
        d.set(false);
        assertThat(log).containsExactly(1, "circle", 7);
    }

    /// An Error is nobody's to catch, but those that it did not concern go on.
    @Test
    void anErrorLeavesTheOthersAlive() {
        Signal<Integer> x = Signal.of(0);
        Computed<Integer> twice =
                Computed.of(() -> {
                    if (x.get() == 1) {
                        throw new AssertionError("one");
                    }
                    return 2 * x.get();
                });
        for (int i = 0; i < 2; i++) {
            Effect.of(() -> log.add("a" + twice.get()));
            Effect.of(() -> log.add("b" + x.get()));
        }
        assertThatThrownBy(() -> x.set(1)).isInstanceOf(AssertionError.class);
        log.clear();
        x.set(2);
        assertThat(log).containsExactlyInAnyOrder("a4", "b2", "a4", "b2");
    }

    private static void nest(int depth, Runnable innermost) {
        Effect.named(
                "e" + depth,
                () -> {
                    if (depth > 1) {
                        nest(depth - 1, innermost);
                    } else {
                        innermost.run();
                    }
                });
    }

    @Test
    void effectsWithinEachOtherAreNotEndless() {
        Signal<Integer> x = Signal.of(1);
        nest(Effect.DEEPEST, () -> log.add(x.get()));
        x.set(2);
        assertThat(log).containsExactly(1, 2);
        assertThatThrownBy(() -> nest(Effect.DEEPEST + 1, () -> log.add("never")))
                .hasMessage(
                        "reactive: effects may be made within each other at most 500 deep; got one"
                                + " more: e1");
        assertThat(log).containsExactly(1, 2);
    }

    @Test
    void aRunTellsWhatItHasReadAndWhetherAChangeSettles() {
        Signal<Integer> a = Signal.of(1);
        Signal<Integer> b = Signal.of(2);
        List<Integer> reads = new ArrayList<>();
        List<Boolean> settling = new ArrayList<>();
        try (Effect effect =
                Effect.of(() -> {
                    int sum = a.get() + b.get() + a.get() + b.get();
                    reads.add(sum > 6 ? Reactive.reads() : -Reactive.reads());
                    settling.add(Reactive.isSettling());
                })) {
            Reactive.batch(() -> {
                settling.add(Reactive.isSettling());
                a.set(5);
            });
            assertThat(effect.isDisposed()).isFalse();
        }
        assertThat(reads).containsExactly(-2, 2);
        assertThat(settling).containsExactly(false, false, true);
        assertThat(Reactive.reads()).isZero();
        assertThat(Reactive.isSettling()).isFalse();
    }
}
