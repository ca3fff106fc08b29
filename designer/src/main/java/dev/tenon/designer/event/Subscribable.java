package dev.tenon.designer.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// Something that tells events to subscribers (Designable's `Subscribable`). All of them hear each
/// event, in the order of their subscription; one that returns false vetoes it, but does not keep
/// it from the others, nor does one that throws.
///
/// An event is a value and does not change on its way: what it happened in, which the reference
/// writes into the event, comes beside it as the context.
///
/// @param <E> the events
/// @param <C> what events happen in
public final class Subscribable<E, C> {
    private final List<Subscription<E, C>> subscriptions = new CopyOnWriteArrayList<>();

    /// Begins without subscribers.
    public Subscribable() {}

    /// Hears events.
    ///
    /// @param <E> the events
    /// @param <C> what events happen in
    @FunctionalInterface
    public interface Subscriber<E, C> {
        /// Hears `event`; returns false to veto it.
        ///
        /// @param context what it happened in, or null
        boolean hears(E event, @Nullable C context);
    }

    /// What `subscribe` answers with; by identity, so that one subscriber may subscribe twice.
    private static final class Subscription<E, C> {
        final Subscriber<? super E, ? super C> subscriber;

        Subscription(Subscriber<? super E, ? super C> subscriber) {
            this.subscriber = subscriber;
        }
    }

    /// Tells `subscriber` each event from now on; running what is returned, once or more often,
    /// ends that.
    public Runnable subscribe(Subscriber<? super E, ? super C> subscriber) {
        Subscription<E, C> subscription = new Subscription<>(subscriber);
        subscriptions.add(subscription);
        return () -> subscriptions.remove(subscription);
    }

    /// Tells `subscriber` the events of a class from now on; running what is returned ends that.
    ///
    /// @param <T> the class
    public <T extends E> Runnable subscribeTo(
            Class<T> events, Subscriber<? super T, ? super C> subscriber) {
        return subscribe((event, context) ->
                !events.isInstance(event) || subscriber.hears(events.cast(event), context));
    }

    /// Ends all subscriptions.
    public void unsubscribeAll() {
        subscriptions.clear();
    }

    /// Returns how many subscriptions there are.
    public int subscriptionCount() {
        return subscriptions.size();
    }

    /// Tells `event` to those who are subscribed as this begins.
    ///
    /// @param context what it happened in, or null
    /// @return false if at least one of them vetoed it
    /// @throws RuntimeException what the first of those that threw has thrown, once all have heard
    ///   the event; what others threw is suppressed in it
    @SuppressWarnings("ReferenceEquality") // a throwable does not suppress itself
    public boolean dispatch(E event, @Nullable C context) {
        boolean isAllowed = true;
        RuntimeException thrown = null;
        for (Subscription<E, C> subscription : subscriptions) {
            try {
                isAllowed &= subscription.subscriber.hears(event, context);
            } catch (RuntimeException e) {
                if (thrown == null) {
                    thrown = e;
                } else if (thrown != e) {
                    thrown.addSuppressed(e);
                }
            }
        }
        if (thrown != null) {
            throw thrown;
        }
        return isAllowed;
    }
}
