package dev.tenon.checkpoint;

import static dev.tenon.checkpoint.PickleWriter.begin;
import static dev.tenon.checkpoint.PickleWriter.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Pickles that lie or would run code: each gets one line that says what is wrong.
class HostileTorchPickleTest {
    private static final String CLASSES =
            "the pickle may name only the classes of a state_dict; got ";
    private static final String CURE = ". Save model.state_dict(), not the model";
    private static final String OPCODES =
            "the pickle may use only the opcodes of a state_dict; got ";
    private static final String WHOLE = "the pickle must be whole; got ";
    private static final String CUT = " left. The file is cut off or damaged";
    private static final String STACK = "an opcode must find its values on the stack; got ";
    private static final long[] ONE = {1};

    @TempDir Path folder;

    private static SequencedMap<String, byte[]> storage() {
        SequencedMap<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("data/0", floats(1, 2, 3, 4, 5, 6));
        return entries;
    }

    private static byte[] zip(byte[] pickle) {
        return PickleWriter.zip(pickle, storage());
    }

    private static Arguments hostile(PickleWriter pickle, String message) {
        return Arguments.of(pickle.op(".").bytes(), message);
    }

    private static Arguments view(long count, long offset, long[] sizes, long[] strides, String m) {
        return hostile(begin().tensor("FloatStorage", "0", count, offset, sizes, strides), m);
    }

    private static PickleWriter command() {
        return begin().op("U").raw(2).op("id").op(")R");
    }

    static Stream<Arguments> payloads() {
        return Stream.of(
                hostile(
                        begin().global("os", "system").op("U").raw(2).op("id"),
                        CLASSES + "os.system" + CURE),
                hostile(
                        begin().global("posix", "system").op(")R"),
                        CLASSES + "posix.system" + CURE),
                hostile(begin().global("builtins", "eval"), CLASSES + "builtins.eval" + CURE),
                hostile(begin().global("torch", "load"), CLASSES + "torch.load" + CURE),
                hostile(
                        begin().global("torch._utils", "_rebuild_tensor_v2.__globals__"),
                        CLASSES + "torch._utils._rebuild_tensor_v2.__globals__" + CURE),
                hostile(begin().text("os").text("system").raw(0x93), CLASSES + "os.system" + CURE),
                hostile(begin().op("(ios\nsystem\n"), CLASSES + "os.system" + CURE),
                hostile(begin().op("(icollections\nOrderedDict\n"), OPCODES + "'i' at byte 27"),
                hostile(
                        begin().op("(").global("os", "system").op("o"),
                        CLASSES + "os.system" + CURE),
                hostile(
                        begin().op("(").global("collections", "OrderedDict").op("o"),
                        OPCODES + "'o' at byte 28"),
                hostile(
                        begin().global("collections", "OrderedDict").op(")").raw(0x81),
                        OPCODES + "0x81 at byte 28"),
                hostile(begin().raw(0x82, 1), OPCODES + "0x82 at byte 2"),
                hostile(begin().op("Pid\n"), OPCODES + "'P' at byte 2"),
                hostile(begin().op("I1\n"), OPCODES + "'I' at byte 2"),
                hostile(
                        command(),
                        "only a function may be called, with a tuple; got text with a tuple"),
                hostile(
                        begin().global("torch", "float32").op(")R"),
                        "only a function may be called, with a tuple; got a class with a tuple"),
                hostile(
                        begin().tensor("FloatStorage", "0", 6, 0, ONE, ONE).op("}b"),
                        "attributes may be set only on a dictionary; got a tensor and a dictionary"),
                hostile( // torch.ones(1)._neg_view()
                        begin().global("torch._utils", "_rebuild_tensor_v2")
                                .op("(")
                                .storage("FloatStorage", "0", 1)
                                .number(0)
                                .numbers(1)
                                .numbers(1)
                                .raw(0x89)
                                .op("}}")
                                .text("neg")
                                .raw(0x88)
                                .op("stR"),
                        "a tensor's elements must be stored as they are; got neg. Save"
                                + " tensor.resolve_neg().resolve_conj()"),
                hostile(
                        begin().global("evil\u0007", "x".repeat(300)),
                        CLASSES + "evil?." + "x".repeat(194) + "..." + CURE),
                hostile(
                        begin().op("c" + "m".repeat(2000)),
                        "a class's name must end within 1000 bytes; got more at byte 3"),
                hostile(
                        begin().global("torch", "ComplexFloatStorage"),
                        "the pickle has type torch.ComplexFloatStorage; supported: "
                                + StoredType.supported()),
                hostile(
                        begin().global("torch", "float8_e4m3fn"),
                        "the pickle has type torch.float8_e4m3fn; supported: float64, float32, float16, bfloat16,"
                                + " int64, int32, int16, int8, uint8, bool, uint16, uint32"));
    }

    static Stream<Arguments> damage() {
        return Stream.of(
                Arguments.of(new byte[0], WHOLE + "1 bytes wanted at byte 0 and 0" + CUT),
                hostile(
                        begin().op("X").u32(0xffffffffL),
                        WHOLE + "4294967295 bytes wanted at byte 7 and 1" + CUT),
                hostile(
                        begin().op("T").u32(0x80000000L),
                        WHOLE + "18446744071562067968 bytes wanted at byte 7 and 1" + CUT),
                hostile(
                        begin().raw(0x8d, 255, 255, 255, 255, 255, 255, 255, 127),
                        WHOLE + "9223372036854775807 bytes wanted at byte 11 and 1" + CUT),
                hostile(
                        begin().raw(0x8e, 255, 255, 255, 255, 255, 255, 255, 255),
                        WHOLE + "18446744073709551615 bytes wanted at byte 11 and 1" + CUT),
                hostile(
                        begin().raw(0x8b).u32(0x7fffffff),
                        "an integer may have at most 255 bytes; got 2147483647 at byte 7"),
                hostile(
                        begin().op("X").u32(2).raw(0xff, 0xfe),
                        "text in the pickle must be UTF-8; got 2 bytes before byte 9 that are not"),
                hostile(
                        begin().op("Nr").u32(4_000_000_000L),
                        "memo numbers must not exceed the bytes read; got 4000000000 at byte 8"),
                hostile(
                        begin().op("j").u32(0x90000000L),
                        "memo numbers must have been put before they are used; got 2415919104 at byte 7"),
                hostile(
                        begin().op("h").raw(7),
                        "memo numbers must have been put before they are used; got 7 at byte 4"),
                hostile(begin().raw(0x80, 6), "the pickle's protocol must be at most 5; got 6"),
                hostile(
                        begin(),
                        "the pickle must end with one value; got 0 values and 0 open marks"),
                hostile(
                        begin().op("N("),
                        "the pickle must end with one value; got 1 values and 1 open marks"),
                hostile(begin().op("0"), STACK + "too few at byte 3"),
                hostile(begin().op("(N0").raw(0x87), STACK + "too few at byte 6"),
                hostile(begin().op("N(").raw(0x85), STACK + "too few at byte 5"),
                hostile(begin().op("(u"), STACK + "too few at byte 4"),
                hostile(
                        begin().op("t"),
                        "an opcode must find its mark on the stack; got none at byte 3"),
                hostile(
                        begin().op("N(NNu"),
                        "items must be set in a dictionary; got None before byte 7"),
                hostile(
                        begin().op("}(Nu"),
                        "a dictionary's keys and values must come in pairs; got 1 values before byte 6"),
                hostile(
                        begin().op(")Na"),
                        "items must be added to a list; got a tuple before byte 5"),
                hostile(
                        begin().op("}NNs"),
                        "a dictionary's keys must be text or whole numbers; got None"),
                hostile(
                        begin().op("}(").text("a").op("})").number(1).op("su"),
                        "a dictionary's keys must be text or whole numbers; got a tuple in a"),
                hostile(
                        begin().numbers(1, 2).op("Q"),
                        "a storage must be named by ('storage', type, key, place, count); got a tuple"),
                hostile(
                        begin().op("}(")
                                .text("a.b")
                                .tensor("FloatStorage", "0", 6, 0, ONE, ONE)
                                .text("a")
                                .op("}")
                                .text("b")
                                .tensor("FloatStorage", "0", 6, 0, ONE, ONE)
                                .op("su"),
                        "tensors must have different names; got a.b again"),
                hostile(
                        begin().op("(")
                                .tensor("FloatStorage", "0", 6, 0, ONE, ONE)
                                .tensor("LongStorage", "0", 3, 0, ONE, ONE)
                                .op("t"),
                        "storage 0 must have one type; got FloatStorage and LongStorage"),
                hostile(
                        begin().tensor("FloatStorage", "7", 6, 0, ONE, ONE),
                        "the file must hold the storages of its tensors; got none called 7, of tensor tensor"),
                hostile(
                        begin().global("torch._utils", "_rebuild_tensor_v2").op(")R"),
                        "a call must have its arguments; got 0 where 1 are needed"));
    }

    static Stream<Arguments> views() {
        String numbers = " must be a whole number of at least 0 and below 2^63; got ";
        String lie = "tensor tensor must lie in its storage; got sizes ";
        return Stream.of(
                view(
                        7,
                        0,
                        ONE,
                        ONE,
                        "storage 0 must have the elements it is said to; got 7 from 0 on, of 6"),
                view(
                        Long.MAX_VALUE,
                        0,
                        ONE,
                        ONE,
                        "storage 0 must have the elements it is said to; got 9223372036854775807 from 0 on, of 6"),
                view(-1, 0, ONE, ONE, "a storage's count" + numbers + "-1"),
                view(6, -1, ONE, ONE, "a tensor's offset" + numbers + "-1"),
                view(6, 0, new long[] {-1}, ONE, "a tensor's sizes" + numbers + "-1"),
                view(6, 0, new long[] {6}, new long[] {-1}, "a tensor's strides" + numbers + "-1"),
                view(
                        6,
                        0,
                        new long[] {7},
                        ONE,
                        lie + "[7], strides [1] and offset 0 in 6 elements"),
                view(
                        6,
                        1,
                        new long[] {6},
                        ONE,
                        lie + "[6], strides [1] and offset 1 in 6 elements"),
                view(
                        3,
                        0,
                        new long[] {4},
                        ONE,
                        lie + "[4], strides [1] and offset 0 in 3 elements"),
                view(
                        6,
                        6,
                        new long[0],
                        new long[0],
                        lie + "[], strides [] and offset 6 in 6 elements"),
                view(
                        6,
                        Long.MAX_VALUE,
                        ONE,
                        ONE,
                        lie + "[1], strides [1] and offset 9223372036854775807 in 6 elements"),
                view(
                        6,
                        0,
                        new long[] {2, 2},
                        new long[] {3, 3},
                        lie + "[2, 2], strides [3, 3] and offset 0 in 6 elements"),
                view(
                        6,
                        0,
                        new long[] {3},
                        new long[] {1L << 62},
                        lie + "[3], strides [4611686018427387904] and offset 0 in 6 elements"),
                view(
                        6,
                        0,
                        new long[] {1L << 31},
                        ONE,
                        "a tensor's sizes must be below 2^31; got 2147483648"),
                view(
                        6,
                        0,
                        new long[] {2147483647, 2147483647, 2147483647, 4},
                        new long[4],
                        "a tensor may have at most 2^40 elements; got [2147483647, 2147483647, 2147483647, 4]"),
                view(
                        6,
                        0,
                        new long[] {0, 2147483647, 2147483647},
                        new long[3],
                        "a tensor may have at most 2^40 elements; got [0, 2147483647, 2147483647]"),
                view(
                        6,
                        0,
                        new long[] {1, 1},
                        ONE,
                        "a tensor must have one stride per axis; got 2 sizes and 1 strides"),
                view(
                        6,
                        0,
                        new long[65],
                        new long[65],
                        "a tensor may have at most 64 axes; got 65"));
    }

    @ParameterizedTest
    @MethodSource({"payloads", "damage", "views"})
    void saysWhatIsWrong(byte[] pickle, String message) throws IOException {
        refuses(zip(pickle), message);
    }

    /// What Python's pickle writes of an object whose `__reduce__` runs a command, and what is
    /// written by hand, as protocol 0 and 1 have it.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cposix\nsystem\n(S'id'\ntR.",
                "cposix\nsystem\np0\n(Vid\np1\ntp2\nRp3\n.",
                "(dp0\nVw\np1\ncposix\nsystem\np2\n(Vid\np3\ntp4\nRp5\ns.",
                "(lp0\nI7\nacposix\nsystem\np2\n(Vid\np3\ntp4\nRp5\na.",
                "(S'id'\niposix\nsystem\n.",
                "(iposix\nsystem\n.",
                "(cposix\nsystem\nS'id'\no.",
                "}q\0U\1wq\1cposix\nsystem\nq\2U\2id\205Rs.",
            })
    void namesTheClassOfOldPickles(String pickle) throws IOException {
        byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
        refuses(bytes, CLASSES + "posix.system" + CURE);
        refuses(zip(bytes), CLASSES + "posix.system" + CURE);
    }

    @Test
    void namesTheClassBehindALongCommand() throws IOException {
        String command = "(S'" + "x".repeat(100_000) + "'\niposix\nsystem\n.";
        refuses(command.getBytes(StandardCharsets.ISO_8859_1), CLASSES + "posix.system" + CURE);
    }

    private void refuses(byte[] contents, String message) throws IOException {
        Path file = Files.write(folder.resolve("hostile.pt"), contents);
        assertThatThrownBy(() -> TorchPickle.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("torch: " + file + ": " + message);
    }

    // ---- bombs

    /// Returns the bytes that this thread has ever allocated.
    static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    private void refusesCheaply(byte[] contents, String message) throws IOException {
        Path file = Files.write(folder.resolve("bomb.pt"), contents);
        long before = allocated();
        assertThatThrownBy(() -> TorchPickle.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("torch: " + file + ": " + message);
        // most of it is not alive at one time: copies of growing lists, and what asserting takes
        assertThat(allocated() - before).isLessThan(100L * contents.length + (4 << 20));
    }

    @Test
    void refusesContainersInThemselves() throws IOException {
        String deep = "containers may lie at most 64 deep in each other; got more at ";
        String padding = "N0".repeat(100); // a value that is taken off again
        refusesCheaply(
                zip(begin().op("]").raw('q', 0, 'h', 0).op("a" + padding).end()),
                deep + "0" + ".0".repeat(64));
        refusesCheaply(
                zip(begin().op("}").raw('q', 0).text("me").raw('h', 0).op("s" + padding).end()),
                deep + "me" + ".me".repeat(64));
        refusesCheaply(
                zip(begin().op("](".repeat(100_000) + "e".repeat(100_000)).end()),
                deep + "0" + ".0".repeat(64));
        refusesCheaply(
                zip(begin().op(")" + "\u0085".repeat(100_000)).end()),
                deep + "0" + ".0".repeat(64));
    }

    @Test
    void refusesAFewBytesThatStandForBillions() throws IOException {
        PickleWriter laughs = begin().op("](NNNNNNNNNNe").raw('q', 0);
        for (int level = 1; level < 12; level++) {
            laughs.op("](");
            for (int i = 0; i < 10; i++) {
                laughs.raw('h', level - 1);
            }
            laughs.op("e").raw('q', level);
        }
        byte[] pickle = laughs.end();
        // each level's list lies under the next one on the stack: only the last may stay
        byte[] root = new byte[pickle.length + 1 + 2 * 12];
        int at = 0;
        for (int i = 0; i < pickle.length - 1; i++) {
            root[at++] = pickle[i];
            boolean endOfLevel = pickle[i] >= 0 && pickle[i] < 11 && pickle[i - 1] == 'q';
            if (endOfLevel) {
                root[at++] = '0';
            }
        }
        root[at++] = '.';
        refusesCheaply(
                zip(Arrays.copyOf(root, at)),
                "the pickle may hold at most as many values as it has bytes; got more than "
                        + at
                        + ". It holds a value again and again");
    }

    @Test
    void refusesNamesThatGrowWithoutEnd() throws IOException {
        PickleWriter one = begin().op("}").text("x".repeat(2000)).op("Ns");
        refuses(
                zip(one.end()),
                "a name may have at most 1000 characters, and all together 32 times the bytes of the pickle; got 2000"
                        + " in "
                        + "x".repeat(200)
                        + "...");
        PickleWriter many = begin().text("y".repeat(900)).op("q").raw(0).op("0}(");
        for (int i = 0; i < 1000; i++) {
            many.raw('h', 0).op("N");
        }
        refusesCheaply(
                zip(many.op("u").end()),
                "a name may have at most 1000 characters, and all together 32 times the bytes of the pickle; got 900"
                        + " in "
                        + "y".repeat(200)
                        + "...");
    }

    @Test
    void refusesDictionariesCopiedAgainAndAgain() throws IOException {
        PickleWriter pairs = begin().op("](");
        for (int i = 0; i < 1000; i++) {
            pairs.op("NN").raw(0x86);
        }
        pairs.op("e").raw(0x85, 'q', 0).op("0](");
        pairs.global("collections", "OrderedDict").raw('q', 1);
        pairs.raw('h', 0).op("R");
        for (int i = 0; i < 100_000; i++) {
            pairs.raw('h', 1, 'h', 0).op("R");
        }
        refusesCheaply(
                zip(pairs.op("e").end()),
                "dictionaries may be made of at most 100000 pairs; got more");
    }

    @Test
    void refusesTensorsThatStandForMoreThanTheFileHolds() throws IOException {
        byte[] file =
                zip(
                        begin().tensor(
                                        "FloatStorage",
                                        "0",
                                        6,
                                        0,
                                        new long[] {1 << 30, 4},
                                        new long[] {0, 1})
                                .end());
        String copies =
                "tensors that are copied may have at most 8 times the bytes of the file; got ";
        refusesCheaply(file, copies + "17179869184 bytes at tensor tensor and " + 8 * file.length);
        PickleWriter many = begin().op("](");
        for (int i = 0; i < 1000; i++) {
            many.raw('(', 'K', 0).op("0t0");
        }
        many.global("torch._utils", "_rebuild_tensor_v2").raw('q', 0);
        many.op("(")
                .storage("FloatStorage", "0", 6)
                .number(0)
                .numbers(500)
                .numbers(0)
                .op("t")
                .raw('q', 1)
                .op("R");
        for (int i = 0; i < 1000; i++) {
            many.raw('h', 0, 'h', 1).op("R");
        }
        byte[] again = zip(many.op("e").end());
        int fit = 8 * again.length / 2000;
        refusesCheaply(
                again,
                copies + 2000 * (fit + 1) + " bytes at tensor " + fit + " and " + 8 * again.length);
    }
}
