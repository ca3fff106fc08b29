import dev.tenon.dtype.DType;
import dev.tenon.nn.Init;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.activation.Tanh;
import dev.tenon.optim.Adam;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Tensor;

/// Fits a sine with a small network: the shortest training loop. Run: ./tenon run examples/FitCurve.java
void main() {
    double[] x = IntStream.range(0, 256).mapToDouble(i -> i / 128.0 - 1).toArray();
    double[] y = DoubleStream.of(x).map(u -> Math.sin(Math.PI * u)).toArray();
    Tensor inputs = Tensor.of(x, 256, 1).to(DType.F32);
    Tensor targets = Tensor.of(y, 256, 1).to(DType.F32);

    var init = Init.of(1);
    var model = Sequential.of(Linear.of(1, 32, init), new Tanh(), Linear.of(32, 1, init));
    var optimizer = Adam.pytorch(model.params(), 0.01);
    IO.println(model.describe());

    for (int step = 1; step <= 500; step++) {
        int now = step;
        Memory.tidy(() -> { // gives the step's memory back
            Tensor loss = LossOps.mse(model.apply(inputs), targets);
            loss.backward();
            optimizer.step();
            optimizer.clearGradients();
            if (now % 100 == 0) {
                IO.println("step %d: loss %.5f".formatted(now, loss.item()));
            }
        });
    }
}
