package dev.tenon.designer.reactive;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Collects the steps of a collection for each who watches it, from one look to the next.
final class Changes<C> {
    private final List<List<C>> pending = new ArrayList<>(0);

    void add(C change) {
        pending.forEach(steps -> steps.add(change));
    }

    /// Gives `view` the steps at the end of each batch in which there were some.
    Effect watch(String name, Cell whole, Consumer<List<C>> view) {
        List<C> steps = new ArrayList<>();
        Effect effect =
                Effect.named(
                        "watch of " + name,
                        () -> {
                            whole.read();
                            if (!steps.isEmpty()) {
                                List<C> news = List.copyOf(steps);
                                steps.clear();
                                Reactive.untracked(() -> {
                                    view.accept(news);
                                    return news;
                                });
                            }
                        });
        pending.add(steps);
        effect.atEnd(() -> pending.removeIf(each -> each == steps));
        return effect;
    }
}
