package dev.tenon.kernel.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `docs/machine-code.md` shows what is generated.
class MachineCodePageTest {
    private static final Path ROOT = Path.of(System.getProperty("tenon.root", ".."));
    private static final Pattern BLOCK = Pattern.compile("(?s)```(\\w+)\n(.*?)```");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    @BeforeEach
    void needsTheFrameThatIsShown() {
        assumeFalse(
                System.getProperty("os.name", "").startsWith("Windows"),
                "the page shows the frame of Linux and macOS");
    }

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/machine-code.md"));
    }

    /// Returns the page's blocks of a language.
    private static List<String> blocks(String language) throws IOException {
        return BLOCK.matcher(page())
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    /// Returns the instructions of a block, without what is said of them.
    private static List<String> instructions(String block) {
        return block.lines().map(line -> line.replaceFirst(";.*", "").strip()).toList();
    }

    private static Routine generate(Isa isa) {
        Pass pass = new Pass(isa);
        Node x = pass.stream(Gpr.RSI);
        pass.store(Gpr.RDI, x.mul(x).add(pass.constant(1f)));
        Routine routine = PassCode.routine(pass, 1);
        return routine;
    }

    /// Returns a listing with names for the numbers that differ from run to run.
    private static List<String> listing(Routine routine) {
        String pool = "0x" + Long.toHexString(ConstantPool.address());
        int one = ConstantPool.repeated(Float.floatToRawIntBits(1));
        String displacement = "[r15+0x" + Integer.toHexString(one) + "]";
        return routine.listing().stream()
                .map(line -> line.replace(pool, "POOL").replace(displacement, "[r15+ONE]"))
                .toList();
    }

    @Test
    void showsTheListing() throws IOException {
        List<String> blocks = blocks("asm");
        assertThat(blocks).hasSize(2);
        Routine wide = generate(new Isa(512, false));
        assertThat(instructions(blocks.get(0))).isEqualTo(listing(wide));
        assertThat(page()).contains("becomes " + wide.size() + " bytes");
        assertThat(listing(generate(new Isa(256, false))))
                .containsSubsequence(instructions(blocks.get(1)));
    }

    @Test
    void showsTheSource() throws IOException {
        String here =
                Files.readString(
                        ROOT.resolve(
                                "engine/src/test/java/dev/tenon/kernel/machine/MachineCodePageTest.java"));
        for (String block : blocks("java")) {
            assertThat(block.lines()).isNotEmpty().allMatch(here::contains);
        }
    }

    @Test
    void showsTheBytes() throws IOException {
        for (int bits : new int[] {256, 512}) {
            Vec register = new Vec(bits == 512 ? 29 : 13, bits);
            Assembler code = new Assembler();
            code.emit(VectorOp.VMULPS, register, register, register);
            String bytes = HexFormat.ofDelimiter(" ").formatHex(code.toBytes());
            assertThat(page()).contains("| `" + code.listing().get(0) + "` | `" + bytes + "` |");
        }
    }

    @Test
    void linksLeadToFiles() throws IOException {
        assertThat(LINK.matcher(page()).results().map(MatchResult::group).toList())
                .isNotEmpty()
                .allMatch(link ->
                        Files.exists(
                                ROOT.resolve("docs")
                                        .resolve(link.substring(2, link.length() - 1))));
    }

    /// What the page shows also does what it says.
    @Test
    void theRoutineComputesItsFormula() {
        assumeTrue(Cpu.isX86() && Cpu.detect().avx2(), "needs AVX2 and FMA");
        int[] widths = Cpu.detect().avx512() ? new int[] {256, 512} : new int[] {256};
        for (int bits : widths) {
            Routine routine = generate(new Isa(bits, false));
            for (int count : new int[] {0, 1, 7, 8, 15, 16, 17, 33, 207}) {
                try (Arena arena = Arena.ofConfined()) {
                    ValueLayout.OfFloat floats = ValueLayout.JAVA_FLOAT;
                    MemorySegment x = arena.allocate(floats, count + 1L);
                    MemorySegment y = arena.allocate(floats, count + 1L);
                    for (int i = 0; i <= count; i++) {
                        x.setAtIndex(floats, i, 0.5f * i);
                    }
                    routine.call(y.address(), x.address(), 0, 0, 0, count);
                    float[] expected = new float[count + 1]; // the last one is not written
                    for (int i = 0; i < count; i++) {
                        expected[i] = 0.25f * i * i + 1;
                    }
                    assertThat(y.toArray(floats))
                            .as("%d bits, %s", bits, Arrays.toString(expected))
                            .containsExactly(expected);
                }
            }
        }
    }
}
