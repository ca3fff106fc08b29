package dev.tenon.diffusion.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.data.Cifar10;
import dev.tenon.data.Dataset;
import dev.tenon.diffusion.Golden;
import dev.tenon.nn.Init;
import dev.tenon.nn.Mode;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// ResNet-20 with the weights of its PyTorch code, on images that it was trained on.
final class ResNetTest {
    @TempDir Path folder;

    private static Path shared(String name) {
        return Golden.shared("data/" + name);
    }

    private static Tensor logits(ResNet network, Dataset images, long... rows) {
        Tensor x = ResNet.normalise(images.images(rows));
        return Mode.eval(() -> Autograd.noGrad(() -> network.apply(x)));
    }

    /// Of the 4,000 images PyTorch gets 3,992 right, of the first 400 of them 399: `./tenon
    /// evaluate` counts them all.
    @Test
    void getsRightWhatItsAuthorsWeightsGet() {
        ResNet network = ResNet.resnet20(shared("resnet-cifar10/resnet20-12fca82f.th"));
        Dataset images = Cifar10.read(shared("cifar10/cifar10-lossless-4000.bin"));
        assertThat(network.parameterCount()).isEqualTo(269_722);
        long[] rows = new long[400];
        Arrays.setAll(rows, i -> i);
        Tensor all = logits(network, images, rows);
        long[] guesses = ReduceOps.argmax(all, 1).toLongs();
        long[] labels = images.labels(rows).toLongs();
        int right = 0;
        for (int i = 0; i < rows.length; i++) {
            right += guesses[i] == labels[i] ? 1 : 0;
        }
        assertThat(right).isEqualTo(400);
        double[] pytorch = {
            -12.4492, -5.6982, -0.6590, 9.1207, 0.7110, 4.5553, 19.8279, 0.3810, -6.6409, -9.1128
        };
        double[] mine = all.slice(0, 0, 1).toDoubles();
        for (int i = 0; i < pytorch.length; i++) {
            assertThat(mine[i]).isCloseTo(pytorch[i], within(2e-4));
        }
        List<Tensor> single = new ArrayList<>();
        for (long row = 0; row < 20; row++) {
            single.add(logits(network, images, row));
        }
        double[] alone = IndexOps.cat(single, 0).toDoubles();
        double[] among = all.slice(0, 0, 20).toDoubles();
        for (int i = 0; i < alone.length; i++) {
            assertThat(alone[i]).isCloseTo(among[i], within(1e-5));
        }
    }

    /// Each batch norm folded into the convolution before it, all through the network.
    @Test
    void foldedAndUnfoldedNormsAgree() {
        ResNet network = ResNet.resnet20(shared("resnet-cifar10/resnet20-12fca82f.th"));
        Dataset images = Cifar10.read(shared("cifar10/cifar10-lossless-4000.bin"));
        long[] rows = {5, 6, 7, 8};
        double[] unfolded = logits(network, images, rows).toDoubles();
        Tensor x = ResNet.normalise(images.images(rows));
        double[] folded = Mode.eval(() -> Autograd.noGrad(() -> folded(network, x))).toDoubles();
        for (int i = 0; i < folded.length; i++) {
            assertThat(folded[i]).isCloseTo(unfolded[i], within(1e-4));
        }
    }

    private static Tensor folded(ResNet network, Tensor x) {
        Tensor y = ElementwiseOps.relu(network.conv1().withFolded(network.bn1()).apply(x));
        for (List<ResNetBlock> stage :
                List.of(network.layer1(), network.layer2(), network.layer3())) {
            for (ResNetBlock block : stage) {
                Tensor z = ElementwiseOps.relu(block.conv1().withFolded(block.bn1()).apply(y));
                Tensor sum = block.conv2().withFolded(block.bn2()).apply(z).add(block.shortcut(y));
                y = ElementwiseOps.relu(sum);
            }
        }
        Tensor flat = y.reshape(y.size(0), y.size(1), y.size(2) * y.size(3));
        return network.linear().apply(ReduceOps.mean(flat, 2, false));
    }

    @Test
    void readsSafetensorsOfOneOfItsKindOnly() {
        ResNet network = ResNet.of(3, 10, Init.of(4));
        Path file = folder.resolve("resnet.safetensors");
        SequencedMap<String, Tensor> wrapped = new LinkedHashMap<>();
        network.state().forEach((name, tensor) -> wrapped.put("module." + name, tensor));
        Safetensors.write(file, new Checkpoint(wrapped));
        assertThat(ResNet.resnet20(file).linear().weight().value().toFloats())
                .containsExactly(network.linear().weight().value().toFloats());
        Safetensors.write(file, new Checkpoint(ResNet.of(2, 10, Init.of(4)).state()));
        assertThatThrownBy(() -> ResNet.resnet20(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "resnet20: "
                                + file
                                + ": load: names and shapes must be those of the layer; got missing"
                                + " layer1.2.conv1.weight, layer1.2.bn1.weight, layer1.2.bn1.bias,"
                                + " layer1.2.conv2.weight, layer1.2.bn2.weight and 25 more");
    }

    /// The paper's option A: every second pixel, channels of zeros around.
    @Test
    void halvesTheInputOfABlockWithoutWeights() {
        ResNetBlock block = ResNetBlock.of(2, 4, 2, Init.of(1));
        block.params()
                .forEach((name, param) -> {
                    if (name.contains("bn2")) {
                        param.value().assign(Tensor.zeros(param.shape().sizes()));
                    }
                });
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 2, 2);
        assertThat(Mode.eval(() -> block.apply(x)).toFloats()).containsExactly(0, 1, 5, 0);
    }
}
