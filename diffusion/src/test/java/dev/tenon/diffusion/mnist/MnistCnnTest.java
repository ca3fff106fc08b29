package dev.tenon.diffusion.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.data.Dataset;
import dev.tenon.data.Mnist;
import dev.tenon.diffusion.Golden;
import dev.tenon.nn.Init;
import dev.tenon.nn.Mode;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// burn's network of MNIST with the weights of its example, in both of its files.
final class MnistCnnTest {
    @TempDir Path folder;

    private static MnistCnn read(String name) {
        return MnistCnn.read(Golden.shared("data/mnist-cnn-burn/" + name));
    }

    private static Tensor logits(MnistCnn network, Dataset images, long... rows) {
        Tensor x = MnistCnn.normalise(images.images(rows));
        return Mode.eval(() -> Autograd.noGrad(() -> network.apply(x)));
    }

    private static int right(MnistCnn network, Dataset images) {
        int right = 0;
        for (int from = 0; from < images.count(); from += 500) {
            long first = from;
            long[] rows = new long[500];
            Arrays.setAll(rows, i -> first + i);
            long[] guesses = ReduceOps.argmax(logits(network, images, rows), 1).toLongs();
            long[] labels = images.labels(rows).toLongs();
            for (int i = 0; i < rows.length; i++) {
                right += guesses[i] == labels[i] ? 1 : 0;
            }
        }
        return right;
    }

    private static void firstIs(MnistCnn network, Dataset images, double... pytorch) {
        double[] mine = ReduceOps.logSoftmax(logits(network, images, 0), 1).toDoubles();
        for (int i = 0; i < pytorch.length; i++) {
            assertThat(mine[i]).isCloseTo(pytorch[i], within(2e-5));
        }
    }

    /// What PyTorch 2.13 gets right with each, and its logarithms of the softmax of the first
    /// image. The two files are of two training runs, of 3,752 and 7,504 batches.
    @Test
    void getsRightWhatPyTorchGetsRight() {
        Dataset test = Mnist.load(Golden.shared("data/mnist")).test();
        MnistCnn pickled = read("mnist.pt");
        MnistCnn safe = read("mnist.safetensors");
        assertThat(right(pickled, test)).isEqualTo(9915);
        assertThat(right(safe, test)).isEqualTo(9917);
        firstIs(
                pickled,
                test,
                -9.391168,
                -9.983203,
                -10.564206,
                -9.715964,
                -10.161120,
                -11.274992,
                -11.055213,
                -0.000380920,
                -10.130363,
                -9.752188);
        firstIs(
                safe,
                test,
                -9.608436,
                -10.244858,
                -10.013389,
                -10.228501,
                -10.017654,
                -10.891864,
                -10.506222,
                -0.000370315,
                -10.346732,
                -9.657301);
    }

    /// The pickle's weights again, in a file of the other form.
    @Test
    void theFormOfTheFileChangesNoBit() {
        MnistCnn pickled = read("mnist.pt");
        Path file = folder.resolve("again.safetensors");
        Safetensors.write(file, new Checkpoint(pickled.state()));
        Dataset test = Mnist.load(Golden.shared("data/mnist")).test();
        long[] rows = new long[50];
        Arrays.setAll(rows, i -> i);
        assertThat(logits(MnistCnn.read(file), test, rows).toFloats())
                .containsExactly(logits(pickled, test, rows).toFloats());
    }

    @Test
    void refusesTheWeightsOfAnotherNetwork() {
        Path file = folder.resolve("half.safetensors");
        MnistCnn network = MnistCnn.of(Init.of(1));
        Safetensors.write(file, new Checkpoint(network.fc2().state()));
        assertThatThrownBy(() -> MnistCnn.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "mnist-cnn-burn: "
                                + file
                                + ": load: names and shapes must be those of the layer; got missing"
                                + " conv1.weight, conv1.bias, conv2.weight, conv2.bias, conv3.weight and 13"
                                + " more; unexpected bias, weight");
    }
}
