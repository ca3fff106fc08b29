package dev.tenon.designer.reactive;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Collects the steps of a collection for each who watches it, from one look to the next.
final class Changes<C> {
    private final List<Steps<C>> watchers = new ArrayList<>(0);

    /// What one of them has not seen yet.
    private static final class Steps<C> {
        private final List<C> steps = new ArrayList<>();

        List<C> take() {
            List<C> taken = List.copyOf(steps);
            steps.clear();
            return taken;
        }
    }

    void add(C change) {
        watchers.forEach(watcher -> watcher.steps.add(change));
    }

    /// Gives `view` the steps at the end of each batch in which there were some.
    Effect watch(String name, Cell whole, Consumer<List<C>> view) {
        Steps<C> watcher = new Steps<>();
        Effect effect =
                Effect.named(
                        "watch of " + name,
                        () -> {
                            whole.read();
                            List<C> news = watcher.take();
                            if (!news.isEmpty()) {
                                Reactive.untracked(() -> {
                                    view.accept(news);
                                    return news;
                                });
                            }
                        });
        watchers.add(watcher);
        effect.atEnd(() -> watchers.remove(watcher));
        return effect;
    }
}
