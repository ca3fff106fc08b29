package dev.tenon.cli;

import dev.tenon.data.Split;
import dev.tenon.diffusion.acgan.TrainedGenerator;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tenon evaluate acgan`: how many drawn images show the class that was asked for.
@Command(
        name = "acgan",
        description = {
            "A generator that ./tenon train acgan trained: how many of its images show the class asked for.",
            "A classifier of real images tells; it is trained the first time and stays in the run's folder."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  tenon evaluate acgan --weights runs/acgan-mnist",
            "  tenon evaluate acgan --weights RUN/params_generator_epoch_003.safetensors"
        })
final class EvaluateAcgan implements Callable<Integer> {
    @Option(
            names = "--weights",
            required = true,
            paramLabel = "PATH",
            description = "A run's folder, or the generator of one epoch in it.")
    Path weights = Path.of("");

    @Mixin DataOptions data;

    @Option(
            names = "--images",
            defaultValue = "" + AcganJudge.USUAL_IMAGES,
            paramLabel = "N",
            description = "Images to draw, as many of each class (default: ${DEFAULT-VALUE}).")
    int images;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        AcganJudge.check("--images", images, 1);
        TrainedGenerator drawing = TrainedGenerator.read(weights);
        Split real = data.loadOf(drawing.settings().data());
        AcganJudge.judge(drawing, real, images);
        return 0;
    }
}
