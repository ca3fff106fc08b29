package dev.tenon.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reverse-mode automatic differentiation over recorded ops.
///
/// While recording, an op whose inputs need a gradient leaves a [Node] on its result. `backward`
/// visits the nodes that lead to the loss from the newest to the oldest (creation order is a
/// topological order), adds up the gradients that arrive at each, and lets each op's record pass
/// them on. A node's saved tensors are given back right after.
public final class Autograd {
    private static final ScopedValue<Boolean> RECORDING = ScopedValue.newInstance();
    private static final AtomicLong CREATED = new AtomicLong();

    private Autograd() {}

    /// What becomes of a graph after `backward`.
    public enum Graph {
        /// Its saved tensors are given back as they are used; it cannot be used again.
        FREE,
        /// It stays and can be used again, at the cost of its memory.
        KEEP
    }

    /// Says whether ops are being recorded.
    public static boolean isRecording() {
        return !RECORDING.isBound() || RECORDING.get();
    }

    /// Runs `body` without recording: for evaluation and sampling, and for updating parameters.
    public static <T> T noGrad(Supplier<T> body) {
        return ScopedValue.where(RECORDING, false).call(body::get);
    }

    /// Runs `body` without recording, for a body without a result.
    public static void noGrad(Runnable body) {
        ScopedValue.where(RECORDING, false).run(body);
    }

    /// Marks `result` as made by `op`, if ops are being recorded and an input of `op` needs a
    /// gradient; returns it.
    public static Tensor record(Tensor result, Op op) {
        if (isRecording()) {
            for (Tensor input : op.inputs()) {
                if (input.needsGradient()) {
                    result.madeBy(new Node(op, result, CREATED.getAndIncrement()));
                    break;
                }
            }
        }
        return result;
    }

    static void backward(Tensor loss, Tensor seed, Graph graph) {
        Node root = loss.node();
        if (root == null) {
            if (!loss.needsGradient()) {
                throw new TenonException(
                        "backward: the tensor must depend on one that needs a gradient; got "
                                + loss.shape()
                                + " made without. Compute it outside Autograd.noGrad from parameters");
            }
            loss.accumulate(seed);
            return;
        }
        loss.storage().leaveGraph(); // the loss is read after backward
        noGrad(() -> {
            List<Node> order = reachable(root);
            long firstOwn = Storage.nextNumber();
            IdentityHashMap<Node, Tensor> arrived = new IdentityHashMap<>();
            arrived.put(root, seed);
            for (Node node : order) {
                Tensor dy = arrived.remove(node);
                if (dy != null) {
                    Memory.tidy(() -> pass(node, dy, arrived, firstOwn));
                    if (node != root) {
                        dy.storage().unclaim();
                    }
                }
                if (graph == Graph.FREE) {
                    node.free();
                }
            }
        });
    }

    private static void pass(
            Node node, Tensor dy, IdentityHashMap<Node, Tensor> arrived, long firstOwn) {
        node.checkUnchanged();
        List<Tensor> inputs = node.op.inputs();
        @Nullable Tensor[] gradients = node.op.gradient(dy);
        for (int i = 0; i < gradients.length; i++) {
            Tensor gradient = gradients[i];
            Tensor input = inputs.get(i);
            if (gradient == null || !input.needsGradient()) {
                continue;
            }
            if (!gradient.shape().equals(input.shape())) {
                throw new IllegalStateException(
                        node.op.name()
                                + ": gradient "
                                + gradient.shape()
                                + " for an input "
                                + input.shape());
            }
            Node source = input.node();
            if (source == null) {
                input.accumulate(gradient);
            } else {
                Tensor before = arrived.get(source);
                Tensor total = before == null ? gradient : ElementwiseOps.add(before, gradient);
                total.storage().claim();
                if (total.storage().number()
                        >= firstOwn) { // made by this backward: gone when it is used up
                    total.storage().ownedByGraph();
                }
                arrived.put(source, total);
                if (before != null) {
                    before.storage().unclaim();
                }
            }
        }
    }

    private static List<Node> reachable(Node root) {
        List<Node> found = new ArrayList<>();
        IdentityHashMap<Node, Boolean> seen = new IdentityHashMap<>();
        ArrayDeque<Node> open = new ArrayDeque<>();
        open.add(root);
        seen.put(root, true);
        while (!open.isEmpty()) {
            Node node = open.removeLast();
            if (node.freed) {
                throw new TenonException(
                        "backward: a graph can be used once; got one whose op "
                                + node.op.name()
                                + " was freed by an earlier backward. Compute the loss again, or call"
                                + " backward(Graph.KEEP) the first time");
            }
            found.add(node);
            for (Tensor input : node.op.inputs()) {
                Node source = input.node();
                if (source != null && seen.put(source, true) == null) {
                    open.add(source);
                }
            }
        }
        found.sort(Comparator.comparingLong((Node node) -> node.number).reversed());
        return found;
    }

    /// An op on the graph, with what it holds.
    static final class Node {
        final Op op;
        final long number;
        private final List<Storage> held = new ArrayList<>();
        private final int[] versions;
        private boolean freed;

        Node(Op op, Tensor result, long number) {
            this.op = op;
            this.number = number;
            List<Tensor> saved = op.saved();
            boolean fresh = true;
            versions = new int[saved.size() + 1];
            for (int i = 0; i < saved.size(); i++) {
                hold(saved.get(i).storage());
                versions[i] = saved.get(i).storage().version();
            }
            for (Tensor input : op.inputs()) { // a view's memory belongs to what it is a view of
                fresh &= input.storage() != result.storage();
            }
            hold(result.storage());
            versions[saved.size()] = -1; // results may be overwritten if no gradient reads them
            if (fresh) {
                result.storage().ownedByGraph();
            }
        }

        private void hold(Storage storage) {
            storage.claim();
            held.add(storage);
        }

        void checkUnchanged() {
            for (int i = 0; i < versions.length; i++) {
                if (versions[i] >= 0 && held.get(i).version() != versions[i]) {
                    throw new TenonException(
                            "backward: a tensor saved by "
                                    + op.name()
                                    + " was overwritten after it was used; got"
                                    + " version "
                                    + held.get(i).version()
                                    + ", saved version "
                                    + versions[i]
                                    + ". Update parameters after backward");
                }
            }
        }

        void free() {
            if (!freed) {
                freed = true;
                held.forEach(Storage::unclaim);
                held.clear();
            }
        }
    }
}
