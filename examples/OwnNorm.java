import dev.tenon.nn.Init;
import dev.tenon.nn.norm.CustomNorm;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;

/// A norm of one's own is layer norm with one function changed: here the scale is the mean absolute deviation, which
/// an outlier moves less than the standard deviation. Run: ./tenon run examples/OwnNorm.java
void main() {
    var layer = CustomNorm.of(5, Init.of(1));
    var robust = layer.withScale(d -> ReduceOps.mean(ElementwiseOps.abs(d), -1, true).add(1e-5));
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 100}, 1, 5).requireGradient();
    IO.println("layer norm " + Arrays.toString(layer.apply(x).toFloats()));
    IO.println("robust     " + Arrays.toString(robust.apply(x).toFloats()));
    robust.apply(x).mul(x).sum().backward();
    IO.println("gradient   " + Arrays.toString(x.gradient().toFloats()));
}
