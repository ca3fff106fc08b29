package dev.tenon.designer.collaboration;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Refusal.Rule;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.collaboration.OwnSteps.OwnStep;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePVector;

/// One person's copy of a design that several people edit at the same time. Replicas exchange
/// [Update]s, by whatever way and in whatever order; those that have the same contributions have
/// the same tree (docs/design-collaboration.md).
///
/// Each person has their own undo: [#undo] takes back the last thing that was done here with a new
/// contribution, and leaves alone what others did.
///
/// One thread at a time works with a replica.
public final class Replica {
    /// How many contributions wait for one that is missing before them; more are dropped, and come
    /// again with a later update.
    public static final int MOST_WAITING = 10_000;

    private static final int MOST_RECENT = 1000;
    private static final long WIDEST_LEAP = 1L << 32; // of a clock beyond ours

    private final String site;
    private final Rules rules;
    private final String rulesVersion;
    private final Log log;
    private final Map<String, TreeMap<Long, Contribution>> waiting = new TreeMap<>();
    private final Map<String, Long> heard = new HashMap<>(); // site -> its next is after this clock
    private final Map<String, Version> acknowledged = new HashMap<>();
    private final Set<String> sites = new TreeSet<>();
    private final OwnSteps own = new OwnSteps();
    private final Map<String, Long> recent = new LinkedHashMap<>(); // placed here -> clock
    private Version version;
    private Version settled;
    private Stamp settledStamp;
    private long clock;
    private boolean isLent; // to an operation
    private Consumer<Difference> listener = _ -> {}; // to what others change

    private Replica(
            String site,
            State base,
            Rules rules,
            String rulesVersion,
            Version settled,
            Stamp settledStamp) {
        this.site = site;
        this.rules = rules;
        this.rulesVersion = rulesVersion;
        this.log = new Log(base, rules);
        this.version = settled;
        this.settled = settled;
        this.settledStamp = settledStamp;
        this.clock = settledStamp.clock();
        sites.add(site);
    }

    /// Returns the first replica of a design; others join it with what [#admit] gives.
    ///
    /// @param site names the person's copy; each replica has another, and none is used again
    /// @param tree the design
    /// @param rules what may be done; they must answer alike on all replicas
    /// @param rulesVersion names these rules: replicas of different versions do not work together
    public static Replica of(String site, Tree tree, Rules rules, String rulesVersion) {
        return new Replica(
                site, State.of(tree), rules, rulesVersion, Version.NONE, Stamp.BEGINNING);
    }

    /// Returns the replica of one who joins.
    ///
    /// @param site the name that was admitted
    /// @throws DesignException if the rules are of another version or the site was not admitted
    public static Replica join(String site, Snapshot snapshot, Rules rules, String rulesVersion) {
        if (!snapshot.rules().equals(rulesVersion)) {
            throw otherRules(snapshot.rules(), rulesVersion);
        }
        if (!snapshot.sites().contains(site)) {
            throw new DesignException(
                    "snapshot: is for "
                            + String.join(", ", new TreeSet<>(snapshot.sites()))
                            + ", not for \""
                            + site
                            + "\"; ask for one that admits it");
        }
        Tree deleted = State.empty();
        for (TreeNode node : snapshot.deleted()) {
            deleted = deleted.apply(State.burial(deleted, node));
        }
        State base = new State(Tree.of(snapshot.root()), deleted);
        Replica replica =
                new Replica(
                        site, base, rules, rulesVersion, snapshot.version(), snapshot.settled());
        for (String other : snapshot.sites()) {
            replica.sites.add(other);
            replica.heard.put(other, snapshot.settled().clock() - 1); // one of equal clock may come
        }
        replica.take(replica.staged(snapshot.contributions()));
        return replica;
    }

    private static DesignException otherRules(String theirs, String ours) {
        return new DesignException(
                "collaboration: replicas must work by the same rules; got version \""
                        + theirs
                        + "\" where this one has \""
                        + ours
                        + "\"");
    }

    /// Returns the name of this copy.
    public String site() {
        return site;
    }

    /// Returns the tree as it stands.
    public Tree tree() {
        return log.state().tree();
    }

    /// The settled state.
    State base() {
        return log.base();
    }

    /// The state that the log leads to.
    State state() {
        return log.state();
    }

    /// Returns what this replica has.
    public Version version() {
        return version;
    }

    /// Returns those who may contribute, as far as is known here.
    public Set<String> sites() {
        return Set.copyOf(sites);
    }

    /// Returns the contributions that are not settled, in the common order.
    public List<Contribution> log() {
        return log.contributions();
    }

    // ---- what is done here

    /// Does `action` here; new nodes take names from `ids`, which must give other names on each
    /// replica.
    ///
    /// @throws IllegalStateException if an operation edits through a [SharedTimeline]
    public Outcome act(Action action, Ids ids) {
        Outcome outcome = action.on(tree(), rules, ids);
        if (!(outcome instanceof Done done)) {
            return outcome;
        }
        Outcome committed = commit(action.type(), done.difference());
        return committed instanceof Done effect
                ? new Done(
                        effect.tree(),
                        effect.difference(),
                        done.focus(),
                        done.skipped(),
                        done.originals(),
                        done.parts())
                : committed;
    }

    /// Contributes what was done to the tree of this replica elsewhere.
    ///
    /// @param type the name of what was done
    /// @param difference what it changed
    /// @return what came of it: refused where the rules forbid the whole
    /// @throws DesignException if `difference` does not fit the tree
    /// @throws IllegalStateException if an operation edits through a [SharedTimeline]
    public Outcome commit(String type, Difference difference) {
        checkOwn();
        return contribute(type, difference, null);
    }

    /// Contributes `difference`, as part of a gesture if `gesture` names one.
    Outcome contribute(String type, Difference difference, @Nullable String gesture) {
        if (difference.isEmpty()) {
            return new Done(tree(), difference, List.of(), List.of());
        }
        Outcome outcome = contribute(type, steps(difference));
        if (outcome instanceof Done done) {
            own.did(new Stamp(clock, site), gesture, done.difference());
        }
        return outcome;
    }

    private List<Step> steps(Difference difference) {
        return Steps.of(tree(), difference, id -> recent.getOrDefault(id, 0L));
    }

    /// What would come of contributing `difference`; nothing changes.
    Outcome ask(String type, Difference difference) {
        State.Applied applied = log.state().apply(next(type, steps(difference)), rules);
        return applied.refusal() == null
                ? new Done(applied.state().tree(), applied.effect(), List.of(), List.of())
                : new Refused(applied.refusal());
    }

    /// Takes back the last thing done here that is not taken back yet and of which something still
    /// stands; refused where there is none. What others have done since stays: a setting that they
    /// have set again, a node that they have moved on. Where this takes back a node, what others
    /// have put into it takes its place.
    ///
    /// @throws IllegalStateException if an operation edits through a [SharedTimeline]
    public Outcome undo() {
        checkOwn();
        Outcome outcome = back();
        while (outcome instanceof Refused && canUndo()) {
            outcome = later(outcome, back());
        }
        return outcome;
    }

    /// Does again what was taken back last; refused where there is nothing. It is over when
    /// something else is done.
    ///
    /// @throws IllegalStateException if an operation edits through a [SharedTimeline]
    public Outcome redo() {
        checkOwn();
        Outcome outcome = forth();
        while (outcome instanceof Refused && canRedo()) {
            outcome = later(outcome, forth());
        }
        return outcome;
    }

    /// A rule that stood in the way says more than that nothing was left.
    private static Outcome later(Outcome earlier, Outcome later) {
        return later instanceof Refused(Refusal reason) && reason.rule() == Rule.NOTHING
                ? earlier
                : later;
    }

    /// Takes back the last step, or drops it where nothing of it stands or a rule forbids it.
    Outcome back() {
        return walk(Contribution.UNDO, own.done(), own.undone());
    }

    /// Does again the step that was taken back last, or drops it.
    Outcome forth() {
        return walk(Contribution.REDO, own.undone(), own.done());
    }

    private Outcome walk(String type, Deque<OwnStep> from, Deque<OwnStep> to) {
        OwnStep step = from.poll();
        if (step == null) {
            return nothing(type);
        }
        List<Log.Entry> entries = own.taken(step, log);
        Set<String> nodes = new HashSet<>(step.nodes());
        if (nodes.isEmpty()) {
            entries.forEach(entry -> nodes.addAll(Steps.nodes(entry.applied().effect())));
        }
        List<Step> steps = Steps.inverse(entries, nodes, log.state(), rules);
        Outcome outcome = steps.isEmpty() ? nothing(type) : contribute(type, steps);
        if (outcome instanceof Done) {
            Stamp stamp = new Stamp(clock, site);
            own.push(to, new OwnStep(TreePVector.singleton(stamp), step.gesture(), nodes));
        }
        return outcome;
    }

    private static Refused nothing(String type) {
        return new Refused(new Refusal(Rule.NOTHING, type + ": there is nothing to " + type));
    }

    // ---- for an operation

    /// Lets an operation edit from now on, and it alone; it begins a history of its own.
    void lend() {
        checkOwn();
        isLent = true;
        own.clear();
    }

    private void checkOwn() {
        if (isLent) {
            throw new IllegalStateException(
                    "replica: one operation edits a replica; \""
                            + site
                            + "\" has one: act, undo and redo there");
        }
    }

    /// Tells `listener` from now on what changes with each update.
    void onReceived(Consumer<Difference> listener) {
        this.listener = listener;
    }

    /// Asks first: what has no effect here is not told to the others.
    private Outcome contribute(String type, List<Step> steps) {
        Contribution contribution = next(type, steps);
        State.Applied applied = log.state().apply(contribution, rules);
        if (applied.refusal() != null) {
            return new Refused(applied.refusal());
        }
        take(List.of(contribution));
        for (String id : Steps.placed(steps)) {
            recent.remove(id);
            recent.put(id, clock);
        }
        while (recent.size() > MOST_RECENT) {
            recent.remove(recent.keySet().iterator().next());
        }
        return new Done(tree(), applied.effect(), Steps.placed(steps), List.of());
    }

    private Contribution next(String type, List<Step> steps) {
        return new Contribution(new Stamp(clock + 1, site), version.count(site) + 1, type, steps);
    }

    // ---- exchange

    /// Returns what one who has `theirs` lacks, at most [Update#MOST] contributions; the rest comes
    /// when that has been taken in.
    ///
    /// @throws DesignException if `theirs` lacks what is settled here; then [#admit] helps
    public Update update(Version theirs) {
        if (!theirs.covers(settled)) {
            throw new DesignException(
                    "collaboration: what the other lacks is settled here and no longer kept apart;"
                            + " it must join again");
        }
        List<Contribution> lacking =
                log.contributions().stream()
                        .filter(contribution -> !theirs.has(contribution))
                        .limit(Update.MOST)
                        .toList();
        return new Update(site, rulesVersion, version, clock, lacking);
    }

    /// Takes in what another replica tells; returns what changes in the tree, for the views. Where
    /// an operation edits this replica, it has changed with it.
    ///
    /// @throws DesignException if it works by other rules, a contribution's clock is out of order,
    ///   or one belongs before what is settled; then nothing has changed
    public Difference receive(Update update) {
        if (!update.rules().equals(rulesVersion)) {
            throw otherRules(update.rules(), rulesVersion);
        }
        Difference difference = take(staged(update.contributions()));
        if (version.covers(update.version())) {
            heard.merge(update.site(), update.clock(), Math::max);
            acknowledged.merge(
                    update.site(),
                    update.version(),
                    (old, fresh) -> fresh.covers(old) ? fresh : old);
        }
        if (!difference.isEmpty()) {
            listener.accept(difference);
        }
        return difference;
    }

    /// Those of `more`, and of what waits for them, that follow on what is here.
    private List<Contribution> staged(List<Contribution> more) {
        Map<String, TreeMap<Long, Contribution>> bySite = new TreeMap<>();
        waiting.forEach((from, all) -> bySite.put(from, new TreeMap<>(all)));
        int count = bySite.values().stream().mapToInt(Map::size).sum();
        for (Contribution contribution : more) {
            if (!version.has(contribution) && count < MOST_WAITING + Update.MOST) {
                var all = bySite.computeIfAbsent(contribution.site(), _ -> new TreeMap<>());
                count += all.putIfAbsent(contribution.sequence(), contribution) == null ? 1 : 0;
            }
        }
        List<Contribution> staged = new ArrayList<>();
        int left = MOST_WAITING;
        for (Map.Entry<String, TreeMap<Long, Contribution>> entry : bySite.entrySet()) {
            TreeMap<Long, Contribution> all = entry.getValue();
            long next = version.count(entry.getKey()) + 1;
            long last = heard.getOrDefault(entry.getKey(), 0L);
            while (!all.isEmpty() && all.firstKey() <= next) {
                Contribution contribution = all.pollFirstEntry().getValue();
                if (contribution.sequence() == next) {
                    check(contribution, last);
                    last = contribution.stamp().clock();
                    staged.add(contribution);
                    next++;
                }
            }
            while (all.size() > left) {
                all.pollLastEntry();
            }
            left -= all.size();
        }
        bySite.values().removeIf(TreeMap::isEmpty);
        waiting.clear();
        waiting.putAll(bySite);
        return staged;
    }

    private void check(Contribution contribution, long last) {
        long at = contribution.stamp().clock();
        if (contribution.stamp().compareTo(settledStamp) <= 0) {
            throw new DesignException(
                    "collaboration: contribution "
                            + contribution.stamp()
                            + " belongs before "
                            + settledStamp
                            + ", which is settled here; \""
                            + contribution.site()
                            + "\" must join again");
        }
        if (at <= last || at > clock + WIDEST_LEAP) {
            throw new DesignException(
                    "collaboration: the clock of contribution "
                            + contribution.sequence()
                            + " of \""
                            + contribution.site()
                            + "\" must be from "
                            + (last + 1)
                            + " to "
                            + (clock + WIDEST_LEAP)
                            + "; got "
                            + at);
        }
    }

    private Difference take(List<Contribution> staged) {
        Difference difference = log.add(staged); // first, since a rule may throw
        for (Contribution contribution : staged) {
            long at = contribution.stamp().clock();
            version = version.with(contribution);
            clock = Math.max(clock, at);
            heard.merge(contribution.site(), at, Math::max);
            sites.add(contribution.site());
            for (Step step : contribution.steps()) {
                if (step instanceof Step.Join join) {
                    sites.add(join.site());
                    heard.merge(join.site(), at, Math::max);
                }
            }
        }
        for (Contribution contribution : staged) {
            if (contribution.steps().contains(new Step.Leave())) {
                sites.remove(contribution.site());
            }
        }
        return difference;
    }

    // ---- coming, going, settling

    /// Lets `newcomer` take part; returns what it joins with. The others learn of it with the next
    /// update, and keep what it may lack.
    ///
    /// @throws DesignException if the name is taken, or was
    public Snapshot admit(String newcomer) {
        if (sites.contains(newcomer) || version.count(newcomer) > 0) {
            throw new DesignException(
                    "collaboration: each replica has its own name; \"" + newcomer + "\" is taken");
        }
        take(List.of(next("join", List.of(new Step.Join(newcomer)))));
        State base = log.base();
        return new Snapshot(
                rulesVersion,
                base.tree().root(),
                base.deleted().root().children(),
                settled,
                settledStamp,
                sites,
                log.contributions());
    }

    /// Says that nothing more comes from here, so that the others need not wait for this replica.
    public void leave() {
        take(List.of(next("leave", List.of(new Step.Leave()))));
    }

    /// Forgets one by one the contributions that all others are known to have and before which none
    /// can come any more: they become part of the tree that one who joins begins with. What was
    /// done here can still be undone.
    ///
    /// @return how many are forgotten
    public int settle() {
        long safe = clock;
        List<Version> others = new ArrayList<>();
        for (String other : sites) {
            if (!other.equals(site)) {
                safe = Math.min(safe, heard.getOrDefault(other, 0L));
                others.add(acknowledged.getOrDefault(other, Version.NONE));
            }
        }
        long bound = safe;
        int before = log.size();
        log.settle(
                contribution ->
                        contribution.stamp().clock() <= bound
                                && others.stream().allMatch(other -> other.has(contribution)),
                this::settled);
        return before - log.size();
    }

    private void settled(Log.Entry entry) {
        Contribution contribution = entry.contribution();
        settled = settled.with(contribution);
        settledStamp = contribution.stamp();
        own.settled(entry);
    }

    /// Returns whether there is something of one's own to take back.
    public boolean canUndo() {
        return !own.done().isEmpty();
    }

    /// Returns whether there is something to do again.
    public boolean canRedo() {
        return !own.undone().isEmpty();
    }

    /// Returns why `contribution` has no effect where it stands, or null.
    ///
    /// @throws DesignException if it is settled or unknown
    public @Nullable Refusal refusal(Contribution contribution) {
        Log.Entry entry = log.find(contribution.stamp());
        if (entry == null) {
            throw new DesignException(
                    "collaboration: contribution " + contribution.stamp() + " is not in the log");
        }
        return entry.applied().refusal();
    }
}
