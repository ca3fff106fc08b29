import dev.tenon.checkpoint.Json;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Init;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.activation.Tanh;
import dev.tenon.optim.KerasConfig;
import dev.tenon.optim.Optimizer;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Tensor;

/// Fits a sine with an optimizer that Keras wrote down: gradients clipped, updates of four batches
/// each, a moving average taken over at the end. Run: ./tenon run examples/KerasOptimizer.java
void main() {
    String written =
            """
            {"module": "keras.optimizers", "class_name": "AdamW", "registered_name": null, "config": {
              "learning_rate": {"class_name": "CosineDecay", "config":
                {"initial_learning_rate": 0.02, "decay_steps": 2000}},
              "weight_decay": 0.001, "global_clipnorm": 1.0, "gradient_accumulation_steps": 4,
              "use_ema": true, "ema_momentum": 0.98}}
            """;
    KerasConfig config = KerasConfig.read(Json.readWithNulls(written, "optimizer"));
    IO.println(Json.text(config.toMap()));

    var init = Init.of(1);
    var model = Sequential.of(Linear.of(1, 32, init), new Tanh(), Linear.of(32, 1, init));
    var optimizer = new Optimizer(model.params(), config.settings());
    for (int step = 0; step < 2000; step++) {
        Tensor x = Tensor.of(points(step), 64, 1).to(DType.F32);
        Tensor y = ElementwiseOps.sin(x.mul(Math.PI));
        Memory.tidy(() -> {
            LossOps.mse(model.apply(x), y).backward();
            optimizer.step();
            optimizer.clearGradients();
        });
    }
    optimizer.finalizeValues();
    IO.println("sin(π/2) is about %.4f".formatted(model.apply(Tensor.of(new float[] {0.5f}, 1, 1)).item()));
}

/// A quarter of 256 points from -1 to 1.
double[] points(int step) {
    return IntStream.range(0, 64).mapToDouble(i -> (4 * i + step % 4) / 128.0 - 1).toArray();
}
