package dev.tenon.kernel.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every instruction that the assembler can emit, against binutils' disassembler where that is
/// installed and against stored bytes everywhere.
///
/// With `-Dtenon.assembler.write=FILE` the bytes are written to that file, which after a passing
/// run against the disassembler becomes `golden/assembler.hex`.
@SuppressWarnings("EnumOrdinal") // registers are taken by the machine's numbers
class AssemblerTest {
    private static final int[] VEX_NUMBERS = {0, 7, 8, 15};
    private static final int[] EVEX_NUMBERS = {3, 12, 17, 31};

    @Test
    void saysWhatTheDisassemblerReads(@TempDir Path folder)
            throws IOException, InterruptedException {
        assumeTrue(hasObjdump(), "needs objdump (binutils) on the path");
        Assembler code = everything();
        Path file = folder.resolve("code.bin");
        Files.write(file, code.toBytes());
        Process objdump =
                new ProcessBuilder(
                                "objdump",
                                "-D",
                                "-b",
                                "binary",
                                "-m",
                                "i386:x86-64",
                                "-M",
                                "intel",
                                "--no-show-raw-insn",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        List<String> read = new ArrayList<>();
        try (BufferedReader lines = objdump.inputReader(StandardCharsets.US_ASCII)) {
            lines.lines().filter(line -> line.matches(" *[0-9a-f]+:\\t.*")).forEach(read::add);
        }
        assertThat(objdump.waitFor()).isZero();
        List<String> written = code.listing().stream().map(AssemblerTest::plain).toList();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.min(read.size(), written.size()); i++) {
            String line = plain(read.get(i));
            if (!line.equals(written.get(i))) {
                differences.add(written.get(i) + " was read as " + line);
            }
        }
        assertThat(differences.stream().limit(25).toList()).isEmpty();
        assertThat(read).hasSameSizeAs(written);
        assertThat(written).hasSizeGreaterThan(1500);
    }

    @Test
    void writesTheStoredBytes() throws IOException {
        String bytes = HexFormat.of().formatHex(everything().toBytes());
        String target = System.getProperty("tenon.assembler.write");
        if (target != null) {
            Files.writeString(Path.of(target), bytes.replaceAll("(.{118})", "$1\n") + "\n");
        }
        try (InputStream in = AssemblerTest.class.getResourceAsStream("/golden/assembler.hex")) {
            String stored =
                    new String(
                            Objects.requireNonNull(in, "golden/assembler.hex").readAllBytes(),
                            StandardCharsets.US_ASCII);
            assertThat(bytes).isEqualTo(stored.replaceAll("\\s", ""));
        }
    }

    @Test
    void refusesWhatTheMachineCannot() {
        Assembler code = new Assembler(false);
        assertThatThrownBy(() -> code.emit(VectorOp.VPSIGNB, zmm(1), zmm(2), zmm(3)))
                .hasMessageStartingWith(
                        "assembler: vpsignb has no AVX-512 form: at most 256 bits, registers 0 to 15, no mask; got ");
        assertThatThrownBy(() -> new Vec(32, 256))
                .hasMessage(
                        "assembler: a vector register has number 0 to 31 and 128, 256 or 512 bits; got number 32 and"
                                + " 256 bits");
        assertThatThrownBy(() -> Mem.at(Gpr.RAX, Gpr.RCX, 3, 0))
                .hasMessage(
                        "assembler: an index is not rsp and its scale 1, 2, 4 or 8; got RCX * 3");
        Assembler open = new Assembler(false);
        open.jump(new Label());
        assertThatThrownBy(open::toBytes)
                .hasMessage("assembler: each jump leads to a bound label; the one at 1 does not");
    }

    // ---- what is written

    /// Returns code with every instruction, each with several registers, addresses and widths.
    private static Assembler everything() {
        Assembler code = new Assembler(false);
        general(code);
        for (VectorOp op : VectorOp.values()) {
            for (int bits : new int[] {128, 256, 512}) {
                vectors(code, op, bits);
            }
        }
        for (int i : VEX_NUMBERS) {
            code.compare(Mask.k(i % 7 + 1), zmm(i), zmm(31 - i), 1);
            code.under(Mask.k(2))
                    .compare(Mask.k(1), zmm(i), Mem.at(Gpr.RAX, 64L * i).repeated(), 13);
            code.emit(VectorOp.VMOVD, ymm(i), Gpr.values()[i]);
            code.emit(VectorOp.VMOVQ, ymm(i), Gpr.values()[i]);
            code.emit(VectorOp.VMOVD_STORE, Gpr.values()[i], ymm(i));
            code.kmov(Mask.k(i % 8), Gpr.values()[i]);
        }
        return code;
    }

    private static void general(Assembler code) {
        Label back = new Label();
        code.bind(back);
        code.enter();
        for (Gpr a : Gpr.values()) {
            for (Gpr b : new Gpr[] {Gpr.RAX, Gpr.RBP, Gpr.RSI, Gpr.R8, Gpr.R12, Gpr.R13, Gpr.R15}) {
                code.mov(a, b);
                code.add(a, b);
                code.sub(a, b);
                code.or(a, b);
                code.xor(a, b);
                code.cmp(a, b);
                code.test(a, b);
                code.imul(a, b);
                code.imul(a, b, 1000 + b.number());
                code.mov(a, Mem.at(b));
                code.mov(Mem.at(b, 8), a);
                code.mov32(a, Mem.at(b, 0x1234));
                code.mov32(Mem.at(b, -128), a);
                code.lea(a, Mem.at(b, b == Gpr.RAX ? Gpr.R9 : Gpr.RCX, 4, -0x1000));
                code.add(a, Mem.at(Gpr.R13, b, 8, 0));
                code.cmp(a, Mem.at(Gpr.RBP, b, 1, 0));
                code.prefetch(Mem.at(b, a == Gpr.RSP ? Gpr.RAX : a, 2, 0x40));
                code.prefetchFar(Mem.at(a, 0x40));
            }
            code.mov(a, 7);
            code.mov(a, -7);
            code.mov(a, 0x1234_5678_9ABCL);
            code.add(a, 16);
            code.add(a, 0x12345);
            code.sub(a, 127);
            code.sub(a, 128);
            code.and(a, 31);
            code.and(a, 0x7FFF_FFF0);
            code.cmp(a, -1);
            code.cmp(a, 1 << 20);
            code.shl(a, 4);
            code.shr(a, 63);
            code.sar(a, 2);
            code.neg(a);
        }
        Label ahead = new Label();
        for (GeneralInstructions.Condition condition : GeneralInstructions.Condition.values()) {
            code.jump(condition, back);
            code.jump(condition, ahead);
        }
        code.jump(ahead);
        code.bindLoop(ahead);
        code.cpuid();
        code.xgetbv();
        code.sfence();
        code.leave();
    }

    private static void vectors(Assembler code, VectorOp op, int bits) {
        boolean scalar =
                switch (op.tuple) {
                    case ONE_4, ONE_8 -> !op.name().contains("BROADCAST");
                    default -> false;
                };
        boolean wideOnly =
                switch (op) {
                    case VPERMPS,
                            VPERMD,
                            VPERM2F128,
                            VBROADCASTSD,
                            VBROADCASTF128,
                            VINSERTF128,
                            VEXTRACTF128_STORE,
                            VSHUFF32X4 ->
                            true;
                    default -> false;
                };
        if ((scalar && bits > 128) || (wideOnly && bits == 128)) {
            return;
        }
        if (bits < 512 && op.hasVex()) {
            for (int i = 0; i < 4; i++) {
                operands(
                        code,
                        op,
                        bits,
                        VEX_NUMBERS[i],
                        VEX_NUMBERS[(i + 1) % 4],
                        VEX_NUMBERS[3 - i],
                        false);
            }
        }
        boolean halves = op.tuple == VectorOp.Tuple.HALVES;
        if (op.hasEvex() && (!halves || bits == 512)) {
            for (int i = 0; i < 4; i++) {
                operands(
                        code,
                        op,
                        bits,
                        EVEX_NUMBERS[i],
                        EVEX_NUMBERS[(i + 1) % 4],
                        EVEX_NUMBERS[3 - i],
                        true);
            }
        }
    }

    private static void operands(
            Assembler code, VectorOp op, int bits, int to, int a, int b, boolean evex) {
        Gpr base = Gpr.values()[b % 16];
        Gpr index = b % 16 == 7 ? Gpr.R9 : Gpr.RCX;
        List<VecOperand> last = new ArrayList<>();
        int narrow =
                switch (op.tuple) {
                    case HALF_4, HALF_MEM -> Math.max(128, bits / 2);
                    case QUARTER_MEM -> Math.max(128, bits / 4);
                    case HALVES -> 256;
                    case QUARTERS, ONE_2, ONE_4, ONE_8 -> 128;
                    default -> bits;
                };
        boolean memoryOnly =
                switch (op) {
                    case VMOVSS, VMOVSD, VBROADCASTF128, VMASKMOVPS -> true;
                    default -> false;
                };
        boolean shift = op.form.name().startsWith("VMI");
        if (!memoryOnly) {
            last.add(new Vec(b, narrow));
        }
        if (!shift) {
            last.add(Mem.at(base));
            last.add(Mem.at(base, 64));
            last.add(Mem.at(base, -0x1000));
            last.add(Mem.at(base, index, 4, 0x100));
            if (evex && op.canRepeat()) {
                last.add(Mem.at(base, 16).repeated());
            }
        }
        Vec d = new Vec(to, op == VectorOp.VCVTPD2PS ? Math.max(128, bits / 2) : bits);
        Vec s = new Vec(a, bits);
        for (VecOperand x : last) {
            boolean ambiguous =
                    op == VectorOp.VCVTPD2PS && x instanceof Mem; // its length is unsaid
            if (ambiguous) {
                continue;
            }
            switch (op.form) {
                case RVM -> code.emit(op, d, s, x);
                case RVMI -> {
                    if (op == VectorOp.VCMPPS_MASK) {
                        code.compare(Mask.k(to % 7 + 1), s, x, 1);
                    } else {
                        code.emit(op, d, s, x, 0x13);
                    }
                }
                case RVMR -> code.emit(op, d, s, x, new Vec(9, bits));
                case RM -> code.emit(op, d, x);
                case RMI, VMI_2, VMI_4, VMI_6 -> code.emit(op, d, x, 3);
                case MR -> {
                    if (x instanceof Mem m) {
                        code.store(op, m, s);
                    }
                }
                case MVR -> {
                    if (x instanceof Mem m) {
                        code.store(op, m, s, d);
                    }
                }
                case MRI -> code.store(op, x, s, 1);
                case FROM_GPR32, FROM_GPR64, TO_GPR32 -> {} // by hand, above
            }
        }
        boolean masked = evex && op.tuple == VectorOp.Tuple.FULL_4;
        if (masked && op.form == VectorOp.Form.RVM) {
            code.under(Mask.k(5)).emit(op, d, s, Mem.at(base, 64).repeated());
            code.under(Mask.k(1).zeroed()).emit(op, d, s, s);
        }
        if (evex && op == VectorOp.VMOVUPS) {
            code.under(Mask.k(3).zeroed()).emit(op, d, Mem.at(base, bits / 8));
        }
        if (evex && op == VectorOp.VMOVUPS_STORE) {
            code.under(Mask.k(3)).store(op, Mem.at(base, bits / 8), d);
        }
    }

    private static Vec zmm(int number) {
        return new Vec(number, 512);
    }

    private static Vec ymm(int number) {
        return new Vec(number, 256);
    }

    // ---- how it is compared

    private static boolean hasObjdump() {
        try {
            Process objdump =
                    new ProcessBuilder("objdump", "--version").redirectErrorStream(true).start();
            objdump.getInputStream().readAllBytes();
            return objdump.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Takes away what two listings may write differently: addresses, sizes of memory, the targets
    /// of jumps, the names of comparisons, a scale of one.
    private static String plain(String line) {
        return line.replaceFirst("^ *[0-9a-f]+:\\t", "")
                .replaceAll(" *#.*$", "")
                .replaceAll("(BYTE|WORD|DWORD|QWORD|XMMWORD|YMMWORD|ZMMWORD) (PTR|BCST) ", "")
                .replaceAll("\\{1to[0-9]+\\}", "")
                .replaceAll("\\*1\\b", "")
                .replaceAll("^nop.*|^(data16|cs|xchg ax,ax|xchg   ax,ax).*", "nop")
                .replaceAll("^(j[a-z]+) .*", "$1")
                .replaceAll("^vcmplt_o[sq]ps (.*)$|^vcmpltps (.*)$", "vcmpps $1$2,0x1")
                .replaceAll("^vcmpgeps (.*)$", "vcmpps $1,0xd")
                .replaceAll("^vcmpfalse_osps (.*)$", "vcmpps $1,0x1b")
                .replaceAll("^vcmpeq_ossps (.*)$", "vcmpps $1,0x10")
                .replaceAll("^vcmpnlt_uqps (.*)$", "vcmpps $1,0x15")
                .replaceAll("^vcmpunord_sps (.*)$", "vcmpps $1,0x13")
                .replaceAll("\\+0x0\\]", "]")
                .replaceAll(" +", " ")
                .strip();
    }
}
