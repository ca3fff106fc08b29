package dev.tenon.optim;

import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Updates of many parameters by elementwise rules, in one parallel region.
///
/// A model has hundreds of parameters too small to share among threads one by one. Together they
/// are cut into parts of about [#PART] elements: a large parameter into several, small ones put
/// together. One that keeps all threads busy by itself ([#ALONE]) is left to its kernel: tensors
/// for hundreds of parts would take a tenth of its time. The cuts depend on the parameters alone,
/// and elements on nothing else, so that results do not depend on the threads.
final class ElementwiseStep {
    /// Elements of a part: with state some hundred KiB, large against the cost of handing it to a
    /// thread.
    static final int PART = 65_536;

    /// Elements of a parameter that is updated by itself.
    static final int ALONE = 8 * PART;

    /// A rule and what it is to update.
    private record Piece(ElementwiseRule rule, UpdateRule.Update update) {}

    private final List<Piece> alone = new ArrayList<>();
    private final List<List<Piece>> parts = new ArrayList<>();
    private List<Piece> open = new ArrayList<>();
    private long elements; // of the open part

    /// Adds the update of a parameter.
    void add(ElementwiseRule rule, UpdateRule.Update update) {
        long count = update.value().count();
        if (count >= ALONE) {
            alone.add(new Piece(rule, update));
            return;
        }
        for (long from = 0; from < count; from += PART) {
            long to = Math.min(count, from + PART);
            open.add(new Piece(rule, count <= PART ? update : part(update, from, to)));
            elements += to - from;
            if (elements >= PART) {
                close();
            }
        }
    }

    private void close() {
        if (!open.isEmpty()) {
            parts.add(open);
            open = new ArrayList<>();
            elements = 0;
        }
    }

    private static UpdateRule.Update part(UpdateRule.Update all, long from, long to) {
        List<Tensor> slots = all.slots().stream().map(slot -> part(slot, from, to)).toList();
        return new UpdateRule.Update(
                part(all.value(), from, to),
                part(all.gradient(), from, to),
                all.gradientScale(),
                slots,
                all.learningRate(),
                all.updates(),
                all.step());
    }

    private static Tensor part(Tensor tensor, long from, long to) {
        Tensor flat = tensor.reshape(Math.toIntExact(tensor.count()));
        return flat.slice(0, Math.toIntExact(from), Math.toIntExact(to));
    }

    /// Makes the updates that were added.
    void run() {
        close();
        alone.forEach(piece -> update(List.of(piece)));
        Parallel.run(parts.size(), i -> update(parts.get(i)));
    }

    private static void update(List<Piece> pieces) {
        Autograd.noGrad(
                () -> Memory.tidy(() -> pieces.forEach(piece -> piece.rule.update(piece.update))));
    }
}
