package dev.tenon.designer.collaboration;

import dev.tenon.designer.engine.History;
import dev.tenon.designer.tree.Difference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/// What one person did with a replica, to be taken back, and what was taken back, to be done again.
final class OwnSteps {
    /// What is one step to the person.
    ///
    /// @param stamps its contributions, the first first; several where they are of one gesture
    /// @param gesture what these have in common, or null
    /// @param nodes the nodes that the step brought or took when it was first taken back; none
    ///   before that
    record OwnStep(PVector<Stamp> stamps, @Nullable String gesture, Set<String> nodes) {}

    private final Deque<OwnStep> done = new ArrayDeque<>(); // the last first
    private final Deque<OwnStep> undone = new ArrayDeque<>();
    private final Set<Stamp> kept = new HashSet<>(); // of both
    private final Map<Stamp, Log.Entry> settled = new HashMap<>(); // of those that the log forgot

    /// The steps to take back, the last first.
    Deque<OwnStep> done() {
        return done;
    }

    /// The steps to do again, the one that was taken back last first.
    Deque<OwnStep> undone() {
        return undone;
    }

    /// Something new was done, with `effect`: what was taken back is forgotten.
    void did(Stamp stamp, @Nullable String gesture, Difference effect) {
        undone.forEach(this::forget);
        undone.clear();
        OwnStep last = done.peek();
        if (gesture != null && last != null && gesture.equals(last.gesture())) {
            done.pop();
            kept.add(stamp);
            Set<String> nodes = new HashSet<>(last.nodes());
            if (!nodes.isEmpty()) { // it was taken back once, and done again
                nodes.addAll(Steps.nodes(effect));
            }
            done.push(new OwnStep(last.stamps().plus(stamp), gesture, nodes));
        } else {
            push(done, new OwnStep(TreePVector.singleton(stamp), gesture, Set.of()));
        }
    }

    /// Puts `step` on `steps`; the oldest goes where there are too many.
    void push(Deque<OwnStep> steps, OwnStep step) {
        kept.addAll(step.stamps());
        steps.push(step);
        if (steps.size() > History.CAPACITY) {
            forget(steps.removeLast());
        }
    }

    /// The contributions of `step`, which is forgotten, the last first.
    List<Log.Entry> taken(OwnStep step, Log log) {
        List<Log.Entry> entries = new ArrayList<>();
        for (Stamp stamp : step.stamps().reversed()) {
            Log.Entry entry = settled.getOrDefault(stamp, log.find(stamp));
            if (entry != null) {
                entries.add(entry);
            }
        }
        forget(step);
        return entries;
    }

    private void forget(OwnStep step) {
        step.stamps().forEach(kept::remove);
        step.stamps().forEach(settled::remove);
    }

    /// The log forgets `entry`.
    void settled(Log.Entry entry) {
        if (kept.contains(entry.contribution().stamp())) {
            settled.put(entry.contribution().stamp(), entry);
        }
    }

    void clear() {
        done.clear();
        undone.clear();
        kept.clear();
        settled.clear();
    }
}
