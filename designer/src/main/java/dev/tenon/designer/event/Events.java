package dev.tenon.designer.event;

import dev.tenon.designer.event.Subscribable.Subscriber;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The events of one designer. The context of an event is the id of the workspace that it happens
/// in, null where it is none's.
///
/// | subscription | hears |
/// |---|---|
/// | [#subscribe] | all |
/// | [#subscribeTo] | one class or family: `events.subscribeTo(AppendNode.class, ...)` |
/// | [#subscribeWith] | some types by name: `events.subscribeWith(Set.of("append:node"), ...)` |
/// | [#on] | one class or family, and never vetoes |
///
/// Each answers with what ends it, the only thing that a subscriber has to keep (the reference
/// leaves three of its listeners behind: D21).
public final class Events {
    private final Subscribable<Event, String> subscribable = new Subscribable<>();

    /// Begins without subscribers.
    public Events() {}

    /// Tells `subscriber` each event from now on; running what is returned ends that.
    public Runnable subscribe(Subscriber<Event, String> subscriber) {
        return subscribable.subscribe(subscriber);
    }

    /// Tells `subscriber` the events of a class from now on; running what is returned ends that.
    ///
    /// @param <T> the class: one kind of event, or a family as [MutationEvent]
    public <T extends Event> Runnable subscribeTo(
            Class<T> kind, Subscriber<? super T, ? super String> subscriber) {
        return subscribable.subscribeTo(kind, subscriber);
    }

    /// Tells `subscriber` the events whose type is one of `types` from now on; running what is
    /// returned ends that.
    public Runnable subscribeWith(Set<String> types, Subscriber<Event, String> subscriber) {
        Set<String> wanted = Set.copyOf(types);
        return subscribe((event, context) ->
                !wanted.contains(event.type()) || subscriber.hears(event, context));
    }

    /// Tells `listener` the events of a class from now on, without a say in them; running what is
    /// returned ends that.
    ///
    /// @param <T> the class
    public <T extends Event> Runnable on(Class<T> kind, Consumer<? super T> listener) {
        return subscribeTo(
                kind,
                (event, _) -> {
                    listener.accept(event);
                    return true;
                });
    }

    /// Tells `event` to all.
    ///
    /// @param workspace the id of the workspace that it happens in, or null
    /// @return false if a subscriber vetoed it
    public boolean dispatch(Event event, @Nullable String workspace) {
        return subscribable.dispatch(event, workspace);
    }

    /// Ends all subscriptions.
    public void unsubscribeAll() {
        subscribable.unsubscribeAll();
    }

    /// Returns how many subscriptions there are.
    public int subscriptionCount() {
        return subscribable.subscriptionCount();
    }
}
