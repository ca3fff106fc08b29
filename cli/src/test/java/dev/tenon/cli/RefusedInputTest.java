package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.diffusion.Prediction;
import dev.tenon.diffusion.training.TrainedModel;
import dev.tenon.diffusion.training.TrainingSettings;
import dev.tenon.diffusion.unet.UNet;
import dev.tenon.diffusion.unet.UNetSettings;
import dev.tenon.nn.Init;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever is wrong with what a user gives, the answer is one clear line and exit code 2, and no
/// file or folder is made or changed.
final class RefusedInputTest {
    private static final TrainingSettings SETTINGS =
            new TrainingSettings(
                    "digits",
                    8,
                    0,
                    5,
                    8,
                    1e-3,
                    10,
                    1,
                    "cosine",
                    20,
                    Prediction.VELOCITY,
                    0.1,
                    0.9,
                    new UNetSettings(1, 4, 1, 0, 8, 10));

    @TempDir Path folder;
    private Path model;
    private Path file;
    private Map<String, String> before;

    @BeforeEach
    void layOut() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        new TrainedModel(UNet.of(SETTINGS.network(), Init.of(0)), SETTINGS)
                .write(model.resolve(TrainedModel.FILE));
        file = Files.writeString(folder.resolve("file"), "something");
        Files.createDirectory(folder.resolve("empty"));
        before = Tenon.contents(folder);
    }

    @AfterEach
    void nothingIsHalfWritten() {
        assertThat(Tenon.contents(folder)).isEqualTo(before);
    }

    private Tenon.Ended sample(String... words) {
        List<String> all = new ArrayList<>(List.of("sample", "--model", model.toString()));
        all.addAll(Arrays.asList(words));
        return Tenon.run(all);
    }

    private Tenon.Ended train(String... words) {
        List<String> all = Tenon.tiny(words);
        boolean named = all.stream().anyMatch(word -> word.matches("--(out|resume).*"));
        return Tenon.run(named ? all : Tenon.tiny(join(words, "--out=" + folder.resolve("new"))));
    }

    private static String[] join(String[] words, String last) {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = last;
        return all;
    }

    // ---- other commands

    @Test
    void refusesWhatAnAcganCannotBeTrainedOn() {
        String out = folder.resolve("new").toString();
        Tenon.run(List.of("train", "acgan", "--data", "digits", "--out", out))
                .refusedWith(
                        "tenon train acgan: acgan: images must be 28 x 28 with one channel; got 8 x 8 with 1 of"
                                + " digits. Use --data mnist or --data fashion-mnist");
        Tenon.run(List.of("train", "acgan", "--data", "digits", "--width", "0", "--out", out))
                .refusedWith("tenon train acgan: acgan: width must be in (0, 4]; got 0.0");
        Tenon.run(List.of("train", "acgan", "--data", "digits", "--learning-rate=0", "--out", out))
                .refusedWith(
                        "tenon train acgan: acgan: the learning rate must be in (0, 0.1]; got 0.0");
        Tenon.run(List.of("train", "acgan", "--data", "digits", "--judge-images=-1", "--out", out))
                .refusedWith("tenon train acgan: --judge-images must be 0 to 1000000; got -1");
        Tenon.run(List.of("train", "acgan", "--resume", out))
                .refusedWith(
                        "tenon train acgan: resume: the folder must hold an acgan.safetensors; got "
                                + out
                                + ", which does not exist. Leave out --resume to begin a run");
    }

    @Test
    void refusesWhatItCannotEvaluate() {
        String path = file.toString();
        Tenon.run("evaluate", "vgg", "--weights", path, "--data", path)
                .refusedWith(
                        "tenon evaluate: Unmatched arguments from index 1: 'vgg', '--weights', '"
                                + path
                                + "', '--data', '"
                                + path
                                + "' (see tenon evaluate --help)");
        Tenon.run("evaluate", "resnet20", "--weights", path, "--data", path, "--batch", "0")
                .refusedWith("tenon evaluate resnet20: --batch must be 1 to 4096; got 0");
        Tenon.run("evaluate", "resnet20", "--weights", path, "--data", path)
                .refusedWith(
                        "tenon evaluate resnet20: torch: "
                                + path
                                + ": the file must be a zip file, a tar file, or begin with PyTorch's magic"
                                + " number; got none of these");
        Tenon.run("evaluate", "keras", "--weights", path)
                .refusedWith(
                        "tenon evaluate keras: keras: "
                                + path
                                + ": the file must be whole and correct HDF5; got No valid HDF5 signature"
                                + " found");
        Tenon.run("evaluate", "keras", "--weights", path, "--pixels", "bits")
                .refusedWith(
                        "tenon evaluate keras: Invalid value for option '--pixels': expected one of"
                                + " [UNIT, BYTES, SIGNED] (case-insensitive) but was 'bits' (see tenon evaluate"
                                + " keras --help)");
        Tenon.run("evaluate", "mnist-cnn-burn", "--weights", folder.resolve("no.pt").toString())
                .refusedWith(
                        "tenon evaluate mnist-cnn-burn: torch: the file must exist; got "
                                + folder.resolve("no.pt"));
        Tenon.run("evaluate", "acgan", "--weights", path, "--images", "0")
                .refusedWith("tenon evaluate acgan: --images must be 1 to 1000000; got 0");
        Tenon.run("evaluate", "acgan", "--weights", folder.resolve("no").toString())
                .refusedWith(
                        "tenon evaluate acgan: acgan: the weights must be the folder of an ACGAN run, with"
                                + " its acgan.safetensors, or a file in it; got "
                                + folder.resolve("no")
                                + ", which does not exist. Train one with ./tenon train acgan");
    }

    // ---- words on the command line

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    trian            | tenon: Unmatched argument at index 0: 'trian'; did you mean train? (see \
                    tenon --help)
                    train letters    | tenon train: Unmatched argument at index 1: 'letters'; did you mean \
                    classifier? (see tenon train --help)
                    train digits now | tenon train digits: Unmatched argument at index 2: 'now' (see tenon \
                    train digits --help)
                    train digits --frobnicate | tenon train digits: Unknown option: '--frobnicate' (see tenon \
                    train digits --help)
                    train digits --step=3 | tenon train digits: Unknown option: '--step=3'; did you mean \
                    --steps? (see tenon train digits --help)
                    train digits --threads 0 | tenon train digits: --threads must be 1 to 1024; got 0 (see \
                    tenon train digits --help)
                    train digits --steps many | tenon train digits: Invalid value for option '--steps': 'many' \
                    is not a whole number (see tenon train digits --help)
                    sample           | tenon sample: Missing required option: '--model=DIR' (see tenon sample --help)
                    sample --model   | tenon sample: Missing required parameter for option '--model' (DIR) (see \
                    tenon sample --help)
                    """)
    void wordsThatMeanNothing(String words, String line) {
        Tenon.run(words.split(" ")).refusedWith(line);
    }

    // ---- train digits

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    --steps=0          | train: steps must be at least 1; got 0
                    --steps=-5         | train: steps must be at least 1; got -5
                    --size=3           | train: size must be 4 to 256 for 2 levels; got 3
                    --size=100000      | train: size must be 4 to 256 for 2 levels; got 100000
                    --learning-rate=NaN | train: learning rate must be in (0, 1); got NaN
                    --learning-rate=Infinity | train: learning rate must be in (0, 1); got Infinity
                    --schedule=square  | schedule: it must be linear or cosine; got square
                    --prediction=image | prediction: it must be noise or velocity; got image
                    --label-dropout=1  | train: label dropout must be in [0, 1); got 1
                    --ema=1.5          | train: EMA decay must be in [0, 1); got 1.5
                    --guidance=NaN     | sample: guidance must be finite and at least 0; got NaN
                    --guidance=-1      | sample: guidance must be finite and at least 0; got -1.0
                    --sampling-steps=0 | ddim: steps must be at least 1; got 0
                    --sampling-steps=21 | ddim: steps must be at most the schedule's 20; got 21
                    --save-every=0     | --save-every must be at least 1; got 0
                    --judge-epochs=-1  | --judge-epochs must be 0 to 10000; got -1
                    --data=letters     | --data must be digits, mnist or fashion-mnist; got letters
                    """)
    void settingsOutsideTheirRange(String option, String message) {
        train(option).refusedWith("tenon train digits: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --batch=0       | train: batch must be at least 1; got 0
                    --noise-steps=1 | train: noise steps must be 2 to 100000; got 1
                    --noise-steps=2000000000 | train: noise steps must be 2 to 100000; got 2000000000
                    --width=7       | unet: width must be even and 2 to 1024; got 7
                    --width=2000000000 | unet: width must be even and 2 to 1024; got 2000000000
                    --levels=7      | unet: levels must be 1 to 6; got 7
                    --levels=4      | train: size must be 16 to 256 for 4 levels; got 8
                    --heads=3       | unet: heads must divide the width 8; got 3
                    """)
    void aNetworkThatCannotBe(String option, String message) {
        Tenon.run("train", "digits", option, "--out", folder.resolve("new").toString())
                .refusedWith("tenon train digits: " + message);
    }

    @Test
    void aFolderForTheRunThatCannotBe() {
        train("--out=" + file)
                .refusedWith(
                        "tenon train digits: train: --out must be a folder; got the file " + file);
        train("--out=" + file.resolve("a/b"))
                .refusedWith(
                        "tenon train digits: train: the folder must be writable; got "
                                + file.resolve("a")
                                + ": Not a directory");
        train("--out=" + model)
                .refusedWith(
                        "tenon train digits: train: the folder must not hold a run; got "
                                + model
                                + ". Continue that run with --resume, or name another folder with --out");
    }

    @Test
    void nothingToResume() {
        Path none = folder.resolve("none");
        train("--resume=" + none)
                .refusedWith(
                        "tenon train digits: resume: the folder must hold a checkpoint.safetensors; got "
                                + none
                                + ", which does not exist. Leave out --resume to begin a run");
        train("--resume=" + model)
                .refusedWith(
                        "tenon train digits: resume: the folder must hold a checkpoint.safetensors; got "
                                + model
                                + " without one. Leave out --resume to begin a run");
    }

    // ---- data

    @Test
    void dataThatAreNotThere() {
        Path none = folder.resolve("none");
        String files =
                "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte";
        train("--data=mnist", "--path=" + none)
                .refusedWith(
                        "tenon train digits: mnist: folder must exist; got "
                                + none
                                + ". Give one with "
                                + files
                                + ", each as it is or as .gz");
        Path empty = folder.resolve("empty");
        Tenon.run("train", "classifier", "--data", "fashion-mnist", "--path", empty.toString())
                .refusedWith(
                        "tenon train classifier: fashion-mnist: folder must hold train-images-idx3-ubyte or"
                                + " train-images-idx3-ubyte.gz; got "
                                + empty
                                + " without either");
        train("--path=" + empty)
                .refusedWith(
                        "tenon train digits: --path: only mnist and fashion-mnist are read from a folder; got "
                                + empty
                                + " for digits. Add --data mnist");
    }

    @Test
    void idxFilesThatAreCutOffOrLie() throws IOException {
        Path mnist = Files.createDirectory(folder.resolve("mnist"));
        for (String name : List.of("train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")) {
            Files.write(mnist.resolve(name + "-ubyte"), new byte[0]);
        }
        Path images = mnist.resolve("train-images-idx3-ubyte");
        byte[] header = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28};
        Files.write(images, Arrays.copyOf(header, header.length + 1000));
        before = Tenon.contents(folder);
        train("--data=mnist", "--path=" + mnist)
                .refusedWith(
                        "tenon train digits: idx: "
                                + images
                                + ": the file must hold what its header promises and no more; got [2, 28, 28],"
                                + " 1584 bytes, in a file of 1016 bytes");
        header[4] = 127;
        Files.write(images, Arrays.copyOf(header, header.length + 1000));
        before = Tenon.contents(folder);
        train("--data=mnist", "--path=" + mnist)
                .refusedWith(
                        "tenon train digits: idx: "
                                + images
                                + ": the array may have at most 268435456 bytes; got U8 [2130706434, 28, 28]");
    }

    // ---- train classifier

    @Test
    void aClassifierThatCannotBeTrainedOrWritten() {
        Tenon.run("train", "classifier", "--epochs", "0")
                .refusedWith("tenon train classifier: --epochs must be 1 to 10000; got 0");
        Path nowhere = folder.resolve("none/classifier.safetensors");
        Tenon.run("train", "classifier", "--out", nowhere.toString())
                .refusedWith(
                        "tenon train classifier: --out: the folder must exist; got " + nowhere);
    }

    // ---- sample

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    --class=12        | --class must be 0 to 9; got 12
                    --class=-1        | --class must be 0 to 9; got -1
                    --class=seven     | Invalid value for option '--class': 'seven' is not a whole number (see \
                    tenon sample --help)
                    --count=0         | --count must be 1 to 10000; got 0
                    --count=3000000000 | Invalid value for option '--count': '3000000000' is not a whole number \
                    (see tenon sample --help)
                    --steps=0         | ddim: steps must be at least 1; got 0
                    --steps=21        | ddim: steps must be at most the schedule's 20; got 21
                    --guidance=nan    | Invalid value for option '--guidance': 'nan' is not a number (see tenon \
                    sample --help)
                    --guidance=NaN    | sample: guidance must be finite and at least 0; got NaN
                    --guidance=Infinity | sample: guidance must be finite and at least 0; got Infinity
                    --eta=2           | ddim: eta must be in [0, 1]; got 2.0
                    --sampler=euler   | Invalid value for option '--sampler': expected one of [DDIM, DDPM] \
                    (case-insensitive) but was 'euler' (see tenon sample --help)
                    """)
    void drawingThatCannotBe(String option, String message) {
        sample(option).refusedWith("tenon sample: " + message);
    }

    @Test
    void aPictureThatCannotBeWritten() {
        sample("--out=" + folder)
                .refusedWith("tenon sample: --out must be a file; got the folder " + folder);
        sample("--out=" + file.resolve("a.png"))
                .refusedWith(
                        "tenon sample: --out: the folder must exist; got " + file.resolve("a.png"));
    }

    // ---- models and checkpoints

    @Test
    void aModelThatIsNotThere() throws IOException {
        Path none = folder.resolve("none");
        String rule = " must be a model that ./tenon train wrote; got ";
        Tenon.run("sample", "--model", none.toString())
                .refusedWith(
                        "tenon sample: model: "
                                + none
                                + rule
                                + "no such folder. Train one with ./tenon train digits");
        Path unfinished = Files.createDirectory(folder.resolve("unfinished"));
        Files.writeString(unfinished.resolve("checkpoint.safetensors"), "");
        before = Tenon.contents(folder);
        Tenon.run("sample", "--model", unfinished.toString())
                .refusedWith(
                        "tenon sample: model: "
                                + unfinished.resolve(TrainedModel.FILE)
                                + rule
                                + "a run that has not finished. Go on with it: ./tenon train digits --resume "
                                + unfinished);
    }

    @Test
    void aModelThatIsCutOff() throws IOException {
        Path whole = model.resolve(TrainedModel.FILE);
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(whole, Arrays.copyOf(bytes, bytes.length - 10));
        before = Tenon.contents(folder);
        sample().refusedWith(
                        "tenon sample: safetensors: "
                                + whole
                                + ": the data must end with the last tensor; got 20474 bytes of data and tensors"
                                + " of 20484 bytes. The file is cut off");
    }

    /// Replaces the model's file by one with changed tensors and metadata.
    private String changed(
            java.util.function.Consumer<SequencedMap<String, Tensor>> tensors,
            java.util.function.Consumer<Map<String, String>> metadata) {
        Path path = model.resolve(TrainedModel.FILE);
        Checkpoint read = Safetensors.read(path);
        SequencedMap<String, Tensor> values = new LinkedHashMap<>(read.tensors());
        Map<String, String> words = new LinkedHashMap<>(read.metadata());
        tensors.accept(values);
        metadata.accept(words);
        Safetensors.write(path, new Checkpoint(values, words));
        before = Tenon.contents(folder);
        return "tenon sample: model: " + path + ": ";
    }

    private static void replace(Map<String, String> metadata, String from, String to) {
        assertThat(metadata.get("settings")).contains(from);
        metadata.computeIfPresent("settings", (key, text) -> text.replace(from, to));
    }

    @Test
    void aModelWithTensorsThatDoNotFitNamesTheirPaths() {
        String where =
                changed(
                        tensors -> {
                            tensors.remove("outc.bias");
                            tensors.put("outc.bia", Tensor.zeros(1));
                            tensors.put(
                                    "down1.maxpool_conv.1.double_conv.0.weight",
                                    Tensor.zeros(4, 4, 5, 5));
                        },
                        words -> {});
        sample().refusedWith(
                        where
                                + "load: names and shapes must be those of the layer; got missing outc.bias;"
                                + " unexpected outc.bia; shape down1.maxpool_conv.1.double_conv.0.weight"
                                + " [4, 4, 5, 5] for [4, 4, 3, 3]");
    }

    @Test
    void aModelWithOtherChannelsThanItSaysNamesTheLayer() {
        String where =
                changed(
                        tensors -> {},
                        words -> replace(words, "\"channels\" : 1", "\"channels\" : 3"));
        sample().refusedWith(
                        where
                                + "load: names and shapes must be those of the layer; got shape"
                                + " inc.double_conv.0.weight [4, 1, 3, 3] for [4, 3, 3, 3], outc.weight"
                                + " [1, 4, 1, 1] for [3, 4, 1, 1], outc.bias [1] for [3]");
    }

    @Test
    void aModelWhoseSettingsLie() {
        String where =
                changed(
                        tensors -> {},
                        words -> replace(words, "\"width\" : 4", "\"width\" : 4000000"));
        sample().refusedWith(where + "unet: width must be even and 2 to 1024; got 4000000");
        changed(tensors -> {}, words -> replace(words, "4000000", "\"wide\""));
        sample().refusedWith(where + "settings: width must be a whole number; got wide");
        changed(tensors -> {}, words -> replace(words, "\"wide\"", "4294967300"));
        sample().refusedWith(
                        where
                                + "settings: width must be a whole number of 32 bits; got 4294967300");
        changed(tensors -> {}, words -> replace(words, "\"width\"", "\"girth\""));
        sample().refusedWith(where + "settings: width must be a whole number; got none");
        changed(tensors -> {}, words -> words.remove("settings"));
        sample().refusedWith(where + "checkpoint: metadata settings is needed; got [format]");
        changed(tensors -> {}, words -> words.remove("format"));
        sample().refusedWith(where + "the format must be tenon-diffusion-1; got none");
    }

    @Test
    void aModelForACheckpoint() throws IOException {
        Path checkpoint = folder.resolve("empty/checkpoint.safetensors");
        Files.copy(model.resolve(TrainedModel.FILE), checkpoint);
        before = Tenon.contents(folder);
        train("--resume=" + checkpoint.getParent())
                .refusedWith(
                        "tenon train digits: resume: "
                                + checkpoint
                                + ": the format must be tenon-diffusion-training-1; got tenon-diffusion-1");
    }
}
