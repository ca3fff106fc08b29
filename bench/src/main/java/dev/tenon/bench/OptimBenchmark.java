package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import dev.tenon.nn.Param;
import dev.tenon.optim.Adadelta;
import dev.tenon.optim.Adafactor;
import dev.tenon.optim.Adagrad;
import dev.tenon.optim.Adam;
import dev.tenon.optim.AdamW;
import dev.tenon.optim.Adamax;
import dev.tenon.optim.ElementwiseRule;
import dev.tenon.optim.Ftrl;
import dev.tenon.optim.Lamb;
import dev.tenon.optim.LearningRate;
import dev.tenon.optim.Lion;
import dev.tenon.optim.Muon;
import dev.tenon.optim.Nadam;
import dev.tenon.optim.Optimizer;
import dev.tenon.optim.RmsProp;
import dev.tenon.optim.ScheduleFreeAdamW;
import dev.tenon.optim.Sgd;
import dev.tenon.optim.UpdateRule;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Steps of optimizers as their users make them; and the moving average.
///
/// Bytes count what the formula must read and write: for a rule of elements each of weight,
/// gradient and states once, all but the gradient written again.
final class OptimBenchmark {
    private static final double RATE = 1e-3;
    private static final int AVERAGED = 10_000_000;
    private static final int SAMPLE = 1 << 12;

    private OptimBenchmark() {}

    /// What is trained.
    ///
    /// @param name by which reports call it
    record Model(String name, int matrices, int rows, int columns) {
        static final Model SMALL = new Model("10M", 1, 2500, 4000);
        static final Model LARGE = new Model("50M", 1, 5000, 10_000);

        /// As large as a cache, so that an optimizer that goes over each several times finds it
        /// there.
        static final Model MATRICES = new Model("10 x 1M", 10, 500, 2000);

        static final Model MANY_MATRICES = new Model("50 x 1M", 50, 500, 2000);

        int size() {
            return rows * columns;
        }
    }

    /// Returns what `bench kernels` times.
    static List<Trial> trials() {
        List<Trial> trials = new ArrayList<>(steps(Model.SMALL));
        trials.add(average());
        return trials;
    }

    /// Returns a step of each rule whose cost is memory's.
    static List<Trial> steps(Model model) {
        return List.of(
                rule("sgd", Sgd.PYTORCH, 0, model),
                rule("sgd, momentum", Sgd.PYTORCH.withMomentum(0.9), 1, model),
                rule("adam", Adam.PYTORCH, 2, model),
                rule("adam, beside a fused one", Adam.PYTORCH, 2, model, true),
                rule("adam, amsgrad", Adam.PYTORCH.withAmsgrad(), 3, model),
                rule("adamw", AdamW.PYTORCH, 2, model),
                rule("adamax", Adamax.PYTORCH, 2, model),
                rule("nadam", Nadam.PYTORCH, 2, model),
                rule("rmsprop", RmsProp.PYTORCH, 1, model),
                rule(
                        "rmsprop, centered, momentum",
                        RmsProp.PYTORCH.withMomentum(0.9).withCentered(),
                        3,
                        model),
                rule("adagrad", Adagrad.PYTORCH, 1, model),
                rule("adadelta", Adadelta.PYTORCH, 2, model),
                rule("lion", Lion.KERAS, 1, model),
                rule("ftrl", Ftrl.KERAS, 2, model),
                rule("schedule-free adamw", ScheduleFreeAdamW.KERAS, 2, model),
                // m and v first, then w: how far depends on the size of all of w and of the step
                trial("lamb", Lamb.KERAS, Work.inPlace(4, 2), 10, model, false),
                // g three times: for its rows and columns, the step's size and the step; w twice
                trial("adafactor", Adafactor.KERAS, Work.inPlace(4, 1), 6, model, false));
    }

    /// Returns a step of Muon, whose cost is that of its products: with the smaller side r, 5 times
    /// `2 r^2 c` for X Xᵀ, `2 r^3` for A² and `2 r^2 c` for the product with X.
    static Trial muon(Model model) {
        double rows = model.rows;
        double flops = 5 * 2 * rows * rows * (2.0 * model.columns + rows);
        String name = "muon step " + model.name;
        return Trial.of(
                name,
                Work.ARITHMETIC,
                flops * model.matrices,
                () -> run(name, Muon.KERAS, model, false));
    }

    /// @param states of the shape of the parameters that the rule keeps
    private static Trial rule(String name, UpdateRule rule, int states, Model model) {
        return rule(name, rule, states, model, false);
    }

    private static Trial rule(
            String name, UpdateRule rule, int states, Model model, boolean fused) {
        // with more than two states the peak is that of two, the most that it is measured with
        Work work = Work.inPlace(Math.min(4, 2 + states), Math.min(3, 1 + states));
        return trial(name, rule, work, 3 + 2 * states, model, fused);
    }

    /// @param passes over the parameters' bytes
    /// @param fused whether the peer's fused kernel takes part instead of its optimizer
    private static Trial trial(
            String rule, UpdateRule update, Work work, int passes, Model model, boolean fused) {
        String name = rule + " step " + model.name;
        return Trial.of(
                name,
                work,
                4.0 * passes * model.matrices * model.size(),
                () -> run(name, update, model, fused));
    }

    // ---- a run

    /// Makes one step, which the definition must arrive at, and returns the next.
    private static Runnable run(String name, UpdateRule rule, Model model, boolean fused) {
        List<Tensor> values = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        List<MemorySegment> before = new ArrayList<>();
        for (int i = 0; i < model.matrices; i++) {
            values.add(matrix(Operands.numbers(model.size(), 2 * i), model));
            gradients.add(matrix(Operands.numbers(model.size(), 2 * i + 1), model));
            before.add(copy(values.getLast()));
        }
        Optimizer optimizer = optimizer(values, gradients, rule);
        optimizer.step();
        check(name, rule, values.getLast(), matrix(before.getLast(), model), gradients.getLast());
        return new TaskRun(
                new Task.OptimizerStep(
                        values.stream().map(OptimBenchmark::copy).toList(),
                        before,
                        gradients.stream().map(Tensor::segment).toList(),
                        model.rows,
                        model.columns,
                        rule,
                        RATE,
                        fused),
                optimizer::step);
    }

    private static Optimizer optimizer(
            List<Tensor> values, List<Tensor> gradients, UpdateRule rule) {
        SequencedMap<String, Param> params = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            Param param = Param.of(values.get(i));
            params.put("matrix." + i, param);
            Tensor gradient = gradients.get(i);
            Memory.tidy(() -> param.value().mul(gradient).sum().backward());
        }
        return new Optimizer(params, rule, LearningRate.constant(RATE));
    }

    private static Tensor matrix(MemorySegment data, Model model) {
        return Tensor.over(data, DType.F32, Shape.of(model.rows, model.columns));
    }

    private static MemorySegment copy(Tensor values) {
        return Operands.empty(values.count()).copyFrom(values.segment());
    }

    /// In F64 the definition computes; a rule of elements on a part is enough.
    private static void check(
            String name, UpdateRule rule, Tensor result, Tensor before, Tensor gradient) {
        int rows = result.size(0);
        int from = rule instanceof ElementwiseRule ? rows - 1 : 0;
        Memory.tidy(() -> {
            Tensor expected = before.slice(0, from, rows).to(DType.F64);
            Tensor slopes = gradient.slice(0, from, rows).to(DType.F64);
            optimizer(List.of(expected), List.of(slopes), rule).step();
            Tensor found = result.slice(0, from, rows).contiguous();
            Operands.check(name, found.segment(), expected.to(DType.F32).segment(), 2e-5);
        });
    }

    private static Trial average() {
        String name = "moving average 10M";
        double weight = 0.01;
        return Trial.of(
                name,
                Work.inPlace(2, 1),
                12.0 * AVERAGED,
                () -> {
                    OptimKernel kernel = Backend.kernels().optim();
                    MemorySegment y = Operands.numbers(AVERAGED);
                    MemorySegment x = Operands.numbers(AVERAGED, 1);
                    MemorySegment expected = Operands.empty(SAMPLE);
                    expected.copyFrom(last(y));
                    Operands.DEFINITION.optim().lerp(expected, last(x), SAMPLE, weight, DType.F32);
                    kernel.lerp(y, x, AVERAGED, weight, DType.F32);
                    Operands.check(name, last(y), expected, 1e-6);
                    return () -> kernel.lerp(y, x, AVERAGED, weight, DType.F32);
                });
    }

    private static MemorySegment last(MemorySegment all) {
        return Operands.part(all, AVERAGED - SAMPLE, SAMPLE);
    }
}
