package dev.tenon.designer.reactive;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an observer read in its last run, in the order of reading. A run that reads the same again
/// allocates nothing: its links are compared one by one and kept; from the first that differs on,
/// they are made anew.
final class Dependencies {
    private final WeakReference<Observer> observer;
    private final List<Link> links = new ArrayList<>(0);
    private boolean held;
    private long run;
    private int read; // links of this run
    private @Nullable Map<Source, Link> known; // of this run, once it differs from the last
    private List<Link> former = List.of(); // of the last run, to be dropped at its end

    Dependencies(Observer observer) {
        this.observer = new WeakReference<>(observer);
    }

    void begin() {
        run++;
        read = 0;
    }

    /// Notes a read of `source`; returns its link.
    Link read(Source source) {
        Link last = source.last;
        if (last != null && last.isOf(observer) && last.run == run) {
            return last;
        }
        Link link;
        if (known == null && read < links.size() && links.get(read).source.equals(source)) {
            link = links.get(read);
            link.forgetSeen();
            read++;
        } else {
            link = readAnother(source);
        }
        link.run = run;
        source.last = link;
        return link;
    }

    private Link readAnother(Source source) {
        if (read < links.size()) {
            List<Link> rest = links.subList(read, links.size());
            former = new ArrayList<>(rest);
            rest.clear();
        }
        if (known == null && source.last != null) { // some other observer read it last: was it us?
            known = new HashMap<>();
            for (Link link : links) {
                known.put(link.source, link);
            }
        }
        Link link = known == null ? null : known.get(source);
        if (link != null) {
            return link;
        }
        link = new Link(source, observer);
        links.add(link);
        read++;
        if (known != null) {
            known.put(source, link);
        }
        source.add(link);
        if (held && link.hold() && source instanceof Computed<?> computed) {
            computed.dependencies().hold();
        }
        return link;
    }

    /// Ends a run: what it did not read is no dependency any longer.
    void end() {
        if (read < links.size()) {
            List<Link> rest = links.subList(read, links.size());
            rest.forEach(Dependencies::drop);
            rest.clear();
        }
        former.forEach(Dependencies::drop);
        former = List.of();
        known = null;
    }

    /// Returns whether a source has another version than the one read. Sources are brought up to
    /// date in the order of reading, so that one that would not be read again is left alone. One
    /// that is being computed counts as another: who reads it again meets the circle then, where it
    /// can be dealt with.
    boolean changed(Turn turn) {
        for (int i = 0; i < links.size(); i++) {
            Link link = links.get(i);
            if (link.source instanceof Computed<?> computed && computed.isRunning()) {
                return true;
            }
            link.source.refresh(turn);
            if (link.isOutdated()) {
                return true;
            }
        }
        return false;
    }

    /// Returns how many sources were read in this run.
    int reads() {
        return read;
    }

    void clear() {
        begin();
        end();
    }

    int size() {
        return links.size();
    }

    private static void drop(Link link) {
        if (link.release() && link.source instanceof Computed<?> computed) {
            computed.dependencies().release();
        }
        link.source.remove(link);
    }

    /// Holds the observer at its sources, and those at theirs.
    void hold() {
        Deque<Dependencies> work = new ArrayDeque<>(List.of(this));
        while (!work.isEmpty()) {
            Dependencies next = work.pop();
            next.held = true;
            for (Link link : next.links) {
                if (link.hold() && link.source instanceof Computed<?> computed) {
                    work.push(computed.dependencies());
                }
            }
        }
    }

    /// Lets the sources forget the observer, and theirs them.
    void release() {
        Deque<Dependencies> work = new ArrayDeque<>(List.of(this));
        while (!work.isEmpty()) {
            Dependencies next = work.pop();
            next.held = false;
            for (Link link : next.links) {
                if (link.release() && link.source instanceof Computed<?> computed) {
                    work.push(computed.dependencies());
                }
            }
        }
    }
}
