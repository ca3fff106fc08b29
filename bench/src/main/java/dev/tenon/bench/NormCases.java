package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.Task.NormKind;
import dev.tenon.bench.peer.Task.NormSettings;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.tensor.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// What `tenon bench norms` times: each norm forward, and forward and backward, at the sizes of
/// images and of rows, channels first and last, in training and evaluation.
final class NormCases {
    private static final double EPS = 1e-5;
    private static final int[] IMAGES = {32, 64, 32, 32};
    private static final int[] IMAGE = {1, 64, 32, 32};
    private static final int[] ROWS = {8192, 768};
    private static final int[] PLACES = {32_768, 64}; // the places of the images, channels last

    private NormCases() {}

    /// Returns all trials by norm.
    static SequencedMap<String, List<Trial>> families() {
        SequencedMap<String, List<Trial>> families = new LinkedHashMap<>();
        List<Trial> batch = new ArrayList<>();
        List<Trial> instance = new ArrayList<>();
        List<Trial> group = new ArrayList<>();
        for (boolean last : new boolean[] {false, true}) {
            for (boolean training : new boolean[] {true, false}) {
                both(batch, NormKind.BATCH, IMAGES, 0, last, training);
                both(instance, NormKind.INSTANCE, IMAGES, 0, last, training);
            }
            for (int[] sizes : new int[][] {IMAGES, IMAGE}) {
                for (int groups : new int[] {1, 8}) {
                    both(group, NormKind.GROUP, sizes, groups, last, true);
                }
            }
        }
        for (boolean training : new boolean[] {true, false}) {
            both(batch, NormKind.BATCH, ROWS, 0, false, training);
        }
        families.put("batchnorm", batch);
        families.put("instancenorm", instance);
        families.put("groupnorm", group);
        families.put("layernorm", rows(NormKind.LAYER));
        families.put("rmsnorm", rows(NormKind.RMS));
        return families;
    }

    private static List<Trial> rows(NormKind kind) {
        List<Trial> trials = new ArrayList<>();
        for (int[] sizes : new int[][] {ROWS, IMAGES, PLACES}) {
            both(trials, kind, sizes, 0, false, true);
        }
        return trials;
    }

    private static void both(
            List<Trial> to, NormKind kind, int[] sizes, int groups, boolean last, boolean ofBatch) {
        NormSettings settings = new NormSettings(kind, sizes, groups, last, ofBatch, EPS);
        to.add(trial(settings, false));
        to.add(trial(settings, true));
    }

    private static Trial trial(NormSettings of, boolean backward) {
        String name = name(of) + (backward ? ", forward and backward" : ", forward");
        // statistics over the batch are known when all of it has been read: then it is read again
        boolean twice = of.kind() == NormKind.BATCH && of.ofBatch();
        int read = (twice ? 2 : 1) + (!backward ? 0 : twice ? 4 : 2);
        int written = backward ? 2 : 1;
        double count = Arrays.stream(of.sizes()).mapToDouble(n -> n).reduce(1, (a, b) -> a * b);
        return Trial.of(
                name,
                read == 6 ? Work.streams(3, 1) : Work.streams(read, written), // 6 to 2 is 3 to 1
                4 * count * (read + written),
                () -> {
                    NormRun expected = new NormRun(of, backward);
                    expected.run(Operands.DEFINITION.norm());
                    NormRun actual = new NormRun(of, backward);
                    Runnable run = () -> actual.run(Backend.kernels().norm());
                    run.run();
                    List<Task.Result> wanted = expected.results();
                    for (int i = 0; i < wanted.size(); i++) {
                        Operands.check(
                                name + ", result " + i,
                                actual.results().get(i).data(),
                                wanted.get(i).data(),
                                wanted.get(i).tolerance());
                    }
                    return new TaskRun(actual.task(), run);
                });
    }

    private static String name(NormSettings of) {
        String sizes =
                Arrays.stream(of.sizes())
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining("x"));
        boolean keeps = of.kind() == NormKind.BATCH || of.kind() == NormKind.INSTANCE;
        return of.kind().name().toLowerCase(Locale.ROOT)
                + "norm "
                + sizes
                + (of.groups() == 0 ? "" : of.groups() == 1 ? ", 1 group" : ", 8 groups")
                + (of.channelsLast() ? ", channels last" : "")
                + (!keeps ? "" : of.ofBatch() ? ", training" : ", evaluation");
    }
}
