package dev.tenon.designer.behavior;

import static dev.tenon.designer.behavior.KindSelector.Told.COMPONENT_NAME;
import static dev.tenon.designer.behavior.KindSelector.Told.X_COMPONENT;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What a designer knows of components: behaviours, resources, icons and languages. A registry is a
/// value that its designer is given: two designers in one program do not see each other's, and a
/// registry with more in it is another registry.
public final class Registry {
    /// Knows nothing.
    public static final Registry EMPTY =
            new Registry(List.of(), new LinkedHashMap<>(), Map.of(), Languages.NONE);

    private static final int[] NO = {};
    private static final int DEEPEST = 200; // that a behaviour builds on

    private final List<Behavior> behaviors; // each after those it builds on
    private final SequencedMap<String, Resource> resources;
    private final Map<String, String> icons; // name -> SVG
    private final Languages languages;
    private final Map<KindSelector, int[]> byKind = new HashMap<>(); // indexes of behaviours
    private final int[] others; // of those with other selectors

    private Registry(
            List<Behavior> behaviors,
            SequencedMap<String, Resource> resources,
            Map<String, String> icons,
            Languages languages) {
        this.behaviors = behaviors;
        this.resources = resources;
        this.icons = icons;
        this.languages = languages;
        int[] indexes = IntStream.range(0, behaviors.size()).toArray();
        for (int i : indexes) {
            if (behaviors.get(i).selector() instanceof KindSelector kind) {
                byKind.merge(kind, new int[] {i}, Registry::joined);
            }
        }
        others =
                Arrays.stream(indexes)
                        .filter(i -> !(behaviors.get(i).selector() instanceof KindSelector))
                        .toArray();
    }

    private static int[] joined(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    /// Returns this registry with `more` behaviours; one with a known name takes the other's place.
    ///
    /// @throws DesignException if a behaviour builds on one that is not there, or on itself, or 200
    ///   of them on each other
    public Registry withBehaviors(Collection<Behavior> more) {
        SequencedMap<String, Behavior> byName = new LinkedHashMap<>();
        behaviors.forEach(behavior -> byName.put(behavior.name(), behavior));
        more.forEach(behavior -> byName.put(behavior.name(), behavior));
        SequencedMap<String, Behavior> ordered = new LinkedHashMap<>();
        for (Behavior behavior : byName.values()) {
            order(behavior, byName, ordered, new LinkedHashSet<>());
        }
        return new Registry(List.copyOf(ordered.values()), resources, icons, languages);
    }

    private static void order(
            Behavior behavior,
            Map<String, Behavior> byName,
            Map<String, Behavior> ordered,
            Set<String> under) {
        if (ordered.containsKey(behavior.name())) {
            return;
        }
        if (!under.add(behavior.name())) {
            throw new DesignException(
                    "registry: a behaviour can't build on itself; got "
                            + String.join(" -> ", under)
                            + " -> "
                            + behavior.name());
        }
        if (under.size() > DEEPEST) {
            throw new DesignException(
                    "registry: behaviours must build on each other at most "
                            + DEEPEST
                            + " deep; "
                            + behavior.name()
                            + " goes deeper");
        }
        for (String name : behavior.basis()) {
            Behavior basis = byName.get(name);
            if (basis == null) {
                throw new DesignException(
                        "registry: No "
                                + name
                                + " behavior that "
                                + behavior.name()
                                + " depends on");
            }
            order(basis, byName, ordered, under);
        }
        under.remove(behavior.name());
        ordered.put(behavior.name(), behavior);
    }

    /// Returns this registry with `more` resources; one with a known name takes the other's place.
    public Registry withResources(Collection<Resource> more) {
        SequencedMap<String, Resource> all = new LinkedHashMap<>(resources);
        more.forEach(resource -> all.put(resource.name(), resource));
        return new Registry(behaviors, all, icons, languages);
    }

    /// Returns this registry with `more` icons, SVG by name.
    public Registry withIcons(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(icons);
        all.putAll(more);
        return new Registry(behaviors, resources, Map.copyOf(all), languages);
    }

    /// Returns this registry with `pack`, tokens by language: `{"en-US": {"panels": {...}}, ...}`.
    public Registry withLocales(JsonObject pack) {
        return new Registry(behaviors, resources, icons, languages.with(pack));
    }

    /// Returns the behaviours about `node`, each after those that it builds on.
    public List<Behavior> behaviors(TreeNode node) {
        String kind = KindSelector.xComponent(node);
        int[] named =
                byKind.getOrDefault(new KindSelector(COMPONENT_NAME, node.componentName()), NO);
        int[] ofKind =
                kind == null ? NO : byKind.getOrDefault(new KindSelector(X_COMPONENT, kind), NO);
        List<Behavior> about = new ArrayList<>(4);
        int i = 0;
        int j = 0;
        int k = 0;
        while (i < named.length || j < ofKind.length || k < others.length) {
            int a = i < named.length ? named[i] : Integer.MAX_VALUE;
            int b = j < ofKind.length ? ofKind[j] : Integer.MAX_VALUE;
            int c = k < others.length ? others[k] : Integer.MAX_VALUE;
            int next = Math.min(a, Math.min(b, c));
            Behavior behavior = behaviors.get(next);
            if (next != c || behavior.selector().test(node)) {
                about.add(behavior);
            }
            i += next == a ? 1 : 0;
            j += next == b ? 1 : 0;
            k += next == c ? 1 : 0;
        }
        return about;
    }

    /// Returns what all behaviours about `node` declare; where two do, the later one's word.
    public DesignerProps designerProps(TreeNode node) {
        DesignerProps all = DesignerProps.NONE;
        for (Behavior behavior : behaviors(node)) {
            all = all.with(behavior.designerProps().apply(node));
        }
        return all;
    }

    /// Returns all behaviours, each after those that it builds on.
    public List<Behavior> behaviors() {
        return behaviors;
    }

    /// Returns the resources in the order of their registration.
    public List<Resource> resources() {
        return List.copyOf(resources.values());
    }

    /// Returns the resource named `name`, or null.
    public @Nullable Resource resource(String name) {
        return resources.get(name);
    }

    /// Returns the SVG of the icon named `name`, or null.
    public @Nullable String icon(String name) {
        return icons.get(name);
    }

    /// Returns the words of all languages, without those of behaviours.
    public Languages languages() {
        return languages;
    }

    /// Returns the words about `node`: its behaviours' own, then the registry's.
    public Languages languages(TreeNode node) {
        Languages words = languages;
        for (Behavior behavior : behaviors(node)) {
            words = words.with(behavior.locales());
        }
        return words;
    }
}
