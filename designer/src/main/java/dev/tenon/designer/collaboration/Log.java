package dev.tenon.designer.collaboration;

import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Contributions in their common order and the state after each. States share what a contribution
/// left alone, so that keeping all of them costs what was changed. One that comes late goes to its
/// place, and those after it are done again.
///
/// This is the log of Bayou (Terry et al., 1995) with states kept in the place of an undo of each
/// write, and of the replicated tree of Kleppmann, Mulligan, Gomes and Beresford (2021).
final class Log {
    /// A contribution and what came of it.
    ///
    /// @param before the state that it found
    record Entry(Contribution contribution, State before, State.Applied applied) {}

    private static final Comparator<Contribution> ORDER = Comparator.comparing(Contribution::stamp);
    private final Rules rules;
    private final List<Entry> entries = new ArrayList<>();
    private State base;

    Log(State base, Rules rules) {
        this.base = base;
        this.rules = rules;
    }

    /// The state before the first entry.
    State base() {
        return base;
    }

    /// The state after all.
    State state() {
        return entries.isEmpty() ? base : entries.getLast().applied().state();
    }

    List<Contribution> contributions() {
        return entries.stream().map(Entry::contribution).toList();
    }

    int size() {
        return entries.size();
    }

    /// Takes in contributions that it does not have, or none if a rule throws; returns what changes
    /// in the tree.
    Difference add(List<Contribution> more) {
        if (more.isEmpty()) {
            return Difference.NONE;
        }
        State old = state();
        List<Contribution> waiting = new ArrayList<>(more);
        waiting.sort(ORDER);
        int first = place(waiting.getFirst().stamp());
        boolean isLate = first < entries.size();
        List<Entry> tail = entries.subList(first, entries.size());
        tail.forEach(entry -> waiting.add(entry.contribution()));
        waiting.sort(ORDER); // two runs in order: one merge
        List<Edit> edits = new ArrayList<>();
        List<Entry> fresh = new ArrayList<>(waiting.size());
        State before = first == 0 ? base : entries.get(first - 1).applied().state();
        for (Contribution contribution : waiting) {
            State.Applied applied = before.apply(contribution, rules); // a rule may throw
            fresh.add(new Entry(contribution, before, applied));
            edits.addAll(applied.effect().edits());
            before = applied.state();
        }
        tail.clear();
        entries.addAll(fresh);
        return isLate ? Difference.between(old.tree(), state().tree()) : new Difference(edits);
    }

    /// The index of the first entry that is not before `stamp`.
    private int place(Stamp stamp) {
        int from = 0;
        int to = entries.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (entries.get(middle).contribution().stamp().compareTo(stamp) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    /// The entry of `stamp`, or null.
    @Nullable Entry find(Stamp stamp) {
        int place = place(stamp);
        return place < entries.size() && entries.get(place).contribution().stamp().equals(stamp)
                ? entries.get(place)
                : null;
    }

    /// Drops the entries at the beginning that are settled, and tells each.
    void settle(Predicate<Contribution> isSettled, Consumer<Entry> gone) {
        int count = 0;
        while (count < entries.size() && isSettled.test(entries.get(count).contribution())) {
            count++;
        }
        if (count > 0) {
            base = entries.get(count - 1).applied().state();
            List<Entry> settled = entries.subList(0, count);
            settled.forEach(gone);
            settled.clear();
        }
    }
}
