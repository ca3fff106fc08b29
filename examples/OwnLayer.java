import dev.tenon.nn.Init;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;

/// A layer of one's own is a record: its components are its parameters and children, and name them.
/// Here x is scaled by a learned gate: y = x * sigmoid(W x + b) * s.
record Gate(Linear gate, Param scale) implements UnaryLayer {
    static Gate of(int size, Init init) {
        return new Gate(Linear.of(size, size, init), init.ones(size));
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.mul(ElementwiseOps.sigmoid(gate.apply(x))).mul(scale.value());
    }
}

/// Run: ./tenon run examples/OwnLayer.java
void main() {
    var layer = Gate.of(3, Init.of(1));
    IO.println(layer.describe());
    layer.apply(Tensor.ones(2, 3)).sum().backward();
    layer.params().forEach((name, param) -> IO.println(name + " " + param.shape() + " gradient " + param.gradient()));
    try {
        layer.apply(Tensor.ones(2, 4));
    } catch (dev.tenon.tensor.ShapeException e) {
        IO.println("a wrong size says where: " + e.getMessage());
    }
}
