package dev.tenon.designer.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Nothing is kept that nobody wants, and nothing is lost that an effect wants.
class LeakTest {
    private final Signal<Integer> x = Signal.of(1);

    @Test
    void aComputedThatNobodyObservesIsForgotten() {
        assertForgotten(read(Computed.of(() -> x.get() + 1)));
    }

    private static WeakReference<Object> read(Computed<Integer> computed) {
        computed.get();
        return new WeakReference<>(computed);
    }

    @Test
    void aComputedIsForgottenWhenItsEffectIsDisposed() {
        Effect effect = watchAChain();
        WeakReference<Object> middle = new WeakReference<>(x.link(0).observer());
        gc();
        assertThat(middle.get()).isNotNull();
        effect.dispose();
        assertForgotten(middle);
    }

    private Effect watchAChain() {
        Computed<Integer> a = Computed.of(() -> x.get() + 1);
        Computed<Integer> b = Computed.of(() -> a.get() + 1);
        return Effect.of(b::get);
    }

    @Test
    void anEffectLivesThoughNobodyHoldsIt() {
        List<Integer> log = new ArrayList<>();
        Computed<Integer> a = Computed.of(() -> x.get() + 1);
        Effect.of(() -> log.add(Computed.of(() -> a.get() + 1).get()));
        gc();
        x.set(2);
        assertThat(log).containsExactly(3, 4);
    }

    @Test
    void aComputedKeepsUpAfterItsEffectIsGone() {
        Computed<Integer> a = Computed.of(() -> x.get() + 1);
        Computed<Integer> b = Computed.of(() -> a.get() + 1);
        Effect.of(b::get).dispose();
        gc();
        x.set(5);
        assertThat(b.get()).isEqualTo(7);
        Effect.of(b::get);
        x.set(6);
        assertThat(b.get()).isEqualTo(8);
    }

    @Test
    void aMillionForgottenComputedsLeaveFewLinks() {
        for (int i = 0; i < 1_000_000; i++) {
            Computed.of(() -> x.get() + 1).get();
            if (i % 100_000 == 0) {
                gc();
            }
        }
        gc();
        assertThat(x.isUnread()).isTrue();
    }

    private static void assertForgotten(WeakReference<Object> reference) {
        for (int i = 0; i < 50 && reference.get() != null; i++) {
            gc();
        }
        assertThat(reference.get()).isNull();
    }

    private static void gc() {
        System.gc();
    }
}
