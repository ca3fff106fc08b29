package dev.tenon.kernel.machine;

import java.util.Locale;

/// The vector instructions that [Assembler] can emit: how each is encoded, in VEX form (AVX, AVX2,
/// FMA, F16C) and in EVEX form (AVX-512).
///
/// Facts from Intel's Software Developer's Manual, volume 2. A name ends in `_STORE` where the
/// destination is memory, in `_MASK` where it is a mask register; the rest is the mnemonic.
enum VectorOp {
    // moves
    VMOVUPS(0, 1, 0x10, Form.RM, Tuple.FULL_MEM),
    VMOVUPS_STORE(0, 1, 0x11, Form.MR, Tuple.FULL_MEM),
    VMOVNTPS_STORE(0, 1, 0x2B, Form.MR, Tuple.FULL_MEM),
    VMOVSS(3, 1, 0x10, Form.RM, Tuple.ONE_4),
    VMOVSS_STORE(3, 1, 0x11, Form.MR, Tuple.ONE_4),
    VMOVSD(2, 1, 0x10, Form.RM, Tuple.ONE_8),
    VMOVSD_STORE(2, 1, 0x11, Form.MR, Tuple.ONE_8),
    VMASKMOVPS(1, 2, 0x2C, Form.RVM, Tuple.NO_EVEX),
    VMASKMOVPS_STORE(1, 2, 0x2E, Form.MVR, Tuple.NO_EVEX),
    VBROADCASTSS(1, 2, 0x18, Form.RM, Tuple.ONE_4),
    VBROADCASTSD(1, 2, 0x19, Form.RM, Tuple.ONE_8),
    VPBROADCASTD(1, 2, 0x58, Form.RM, Tuple.ONE_4),
    VPBROADCASTW(1, 2, 0x79, Form.RM, Tuple.ONE_2),
    VBROADCASTF128(1, 2, 0x1A, Form.RM, Tuple.QUARTERS, "vbroadcastf32x4"),
    VMOVD(1, 1, 0x6E, Form.FROM_GPR32, Tuple.ONE_4),
    VMOVQ(1, 1, 0x6E, Form.FROM_GPR64, Tuple.ONE_8),
    VMOVD_STORE(1, 1, 0x7E, Form.TO_GPR32, Tuple.ONE_4),

    // arithmetic of F32
    VADDPS(0, 1, 0x58, Form.RVM, Tuple.FULL_4),
    VMULPS(0, 1, 0x59, Form.RVM, Tuple.FULL_4),
    VSUBPS(0, 1, 0x5C, Form.RVM, Tuple.FULL_4),
    VMINPS(0, 1, 0x5D, Form.RVM, Tuple.FULL_4),
    VDIVPS(0, 1, 0x5E, Form.RVM, Tuple.FULL_4),
    VMAXPS(0, 1, 0x5F, Form.RVM, Tuple.FULL_4),
    VSQRTPS(0, 1, 0x51, Form.RM, Tuple.FULL_4),
    VADDSS(3, 1, 0x58, Form.RVM, Tuple.ONE_4),
    VMULSS(3, 1, 0x59, Form.RVM, Tuple.ONE_4),
    VSUBSS(3, 1, 0x5C, Form.RVM, Tuple.ONE_4),
    VMAXSS(3, 1, 0x5F, Form.RVM, Tuple.ONE_4),
    VDIVSS(3, 1, 0x5E, Form.RVM, Tuple.ONE_4),
    VFMADD132PS(1, 2, 0x98, Form.RVM, Tuple.FULL_4),
    VFMADD213PS(1, 2, 0xA8, Form.RVM, Tuple.FULL_4),
    VFMADD231PS(1, 2, 0xB8, Form.RVM, Tuple.FULL_4),
    VFMSUB213PS(1, 2, 0xAA, Form.RVM, Tuple.FULL_4),
    VFMSUB231PS(1, 2, 0xBA, Form.RVM, Tuple.FULL_4),
    VFNMADD213PS(1, 2, 0xAC, Form.RVM, Tuple.FULL_4),
    VFNMADD231PS(1, 2, 0xBC, Form.RVM, Tuple.FULL_4),
    VSCALEFPS(1, 2, 0x2C, Form.RVM, Tuple.ONLY_EVEX_4),
    VFMADD231SS(1, 2, 0xB9, Form.RVM, Tuple.ONE_4),

    // arithmetic of F64
    VADDPD(1, 1, 0x58, Form.RVM, Tuple.FULL_8),
    VMULPD(1, 1, 0x59, Form.RVM, Tuple.FULL_8),
    VSUBPD(1, 1, 0x5C, Form.RVM, Tuple.FULL_8),
    VDIVPD(1, 1, 0x5E, Form.RVM, Tuple.FULL_8),
    VSQRTPD(1, 1, 0x51, Form.RM, Tuple.FULL_8),
    VFMADD213PD(1, 2, 0xA8, Form.RVM, Tuple.FULL_8),
    VFMADD231PD(1, 2, 0xB8, Form.RVM, Tuple.FULL_8),
    VFNMADD231PD(1, 2, 0xBC, Form.RVM, Tuple.FULL_8),
    VADDSD(2, 1, 0x58, Form.RVM, Tuple.ONE_8),
    VMULSD(2, 1, 0x59, Form.RVM, Tuple.ONE_8),
    VSUBSD(2, 1, 0x5C, Form.RVM, Tuple.ONE_8),
    VDIVSD(2, 1, 0x5E, Form.RVM, Tuple.ONE_8),
    VSQRTSD(2, 1, 0x51, Form.RVM, Tuple.ONE_8),
    VMAXSD(2, 1, 0x5F, Form.RVM, Tuple.ONE_8),

    // logic
    VANDPS(0, 1, 0x54, Form.RVM, Tuple.FULL_4),
    VANDNPS(0, 1, 0x55, Form.RVM, Tuple.FULL_4),
    VORPS(0, 1, 0x56, Form.RVM, Tuple.FULL_4),
    VXORPS(0, 1, 0x57, Form.RVM, Tuple.FULL_4),

    // integers
    VPADDD(1, 1, 0xFE, Form.RVM, Tuple.FULL_4),
    VPSUBD(1, 1, 0xFA, Form.RVM, Tuple.FULL_4),
    VPADDW(1, 1, 0xFD, Form.RVM, Tuple.FULL_MEM),
    VPSUBB(1, 1, 0xF8, Form.RVM, Tuple.FULL_MEM),
    VPMULLD(1, 2, 0x40, Form.RVM, Tuple.FULL_4),
    VPMAXSD(1, 2, 0x3D, Form.RVM, Tuple.FULL_4),
    VPMINSD(1, 2, 0x39, Form.RVM, Tuple.FULL_4),
    VPMADDWD(1, 1, 0xF5, Form.RVM, Tuple.FULL_MEM),
    VPMADDUBSW(1, 2, 0x04, Form.RVM, Tuple.FULL_MEM),
    VPDPBUSD(1, 2, 0x50, Form.RVM, Tuple.ONLY_EVEX_4),
    VPSIGNB(1, 2, 0x08, Form.RVM, Tuple.NO_EVEX),
    VPABSB(1, 2, 0x1C, Form.RM, Tuple.FULL_MEM),
    VPSLLD(1, 1, 0x72, Form.VMI_6, Tuple.FULL_4),
    VPSRLD(1, 1, 0x72, Form.VMI_2, Tuple.FULL_4),
    VPSRAD(1, 1, 0x72, Form.VMI_4, Tuple.FULL_4),
    VPSRAW(1, 1, 0x71, Form.VMI_4, Tuple.FULL_MEM),
    VPSRLW(1, 1, 0x71, Form.VMI_2, Tuple.FULL_MEM),
    VPSLLW(1, 1, 0x71, Form.VMI_6, Tuple.FULL_MEM),
    VPACKSSDW(1, 1, 0x6B, Form.RVM, Tuple.FULL_4),
    VPACKSSWB(1, 1, 0x63, Form.RVM, Tuple.FULL_MEM),
    VPMOVSXBW(1, 2, 0x20, Form.RM, Tuple.HALF_MEM),
    VPMOVZXBW(1, 2, 0x30, Form.RM, Tuple.HALF_MEM),
    VPMOVSXBD(1, 2, 0x21, Form.RM, Tuple.QUARTER_MEM),
    VPMOVSXWD(1, 2, 0x23, Form.RM, Tuple.HALF_MEM),
    VPMOVZXWD(1, 2, 0x33, Form.RM, Tuple.HALF_MEM),

    // conversions
    VCVTPS2DQ(1, 1, 0x5B, Form.RM, Tuple.FULL_4),
    VCVTTPS2DQ(3, 1, 0x5B, Form.RM, Tuple.FULL_4),
    VCVTDQ2PS(0, 1, 0x5B, Form.RM, Tuple.FULL_4),
    VCVTPS2PD(0, 1, 0x5A, Form.RM, Tuple.HALF_4),
    VCVTPD2PS(1, 1, 0x5A, Form.RM, Tuple.FULL_8),
    VCVTSS2SD(3, 1, 0x5A, Form.RVM, Tuple.ONE_4),
    VCVTSD2SS(2, 1, 0x5A, Form.RVM, Tuple.ONE_8),
    VCVTPH2PS(1, 2, 0x13, Form.RM, Tuple.HALF_MEM),
    VCVTPS2PH_STORE(1, 3, 0x1D, Form.MRI, Tuple.HALF_MEM),

    // lanes
    VUNPCKLPS(0, 1, 0x14, Form.RVM, Tuple.FULL_4),
    VUNPCKHPS(0, 1, 0x15, Form.RVM, Tuple.FULL_4),
    VUNPCKLPD(1, 1, 0x14, Form.RVM, Tuple.FULL_8),
    VUNPCKHPD(1, 1, 0x15, Form.RVM, Tuple.FULL_8),
    VSHUFPS(0, 1, 0xC6, Form.RVMI, Tuple.FULL_4),
    VPERMILPS(1, 3, 0x04, Form.RMI, Tuple.FULL_4),
    VMOVSHDUP(3, 1, 0x16, Form.RM, Tuple.FULL_MEM),
    VPERMPS(1, 2, 0x16, Form.RVM, Tuple.FULL_4),
    VPERMD(1, 2, 0x36, Form.RVM, Tuple.FULL_4),
    VPSHUFB(1, 2, 0x00, Form.RVM, Tuple.FULL_MEM),
    VPERM2F128(1, 3, 0x06, Form.RVMI, Tuple.NO_EVEX),
    VSHUFF32X4(1, 3, 0x23, Form.RVMI, Tuple.ONLY_EVEX_4),
    VEXTRACTF128_STORE(1, 3, 0x19, Form.MRI, Tuple.QUARTERS, "vextractf32x4"),
    VEXTRACTF64X4_STORE(1, 3, 0x1B, Form.MRI, Tuple.HALVES),
    VINSERTF128(1, 3, 0x18, Form.RVMI, Tuple.QUARTERS, "vinsertf32x4"),
    VINSERTF64X4(1, 3, 0x1A, Form.RVMI, Tuple.HALVES),

    // comparisons and choices
    VCMPPS(0, 1, 0xC2, Form.RVMI, Tuple.NO_EVEX),
    VCMPPS_MASK(0, 1, 0xC2, Form.RVMI, Tuple.ONLY_EVEX_4),
    VBLENDVPS(1, 3, 0x4A, Form.RVMR, Tuple.NO_EVEX),
    VBLENDMPS(1, 2, 0x65, Form.RVM, Tuple.ONLY_EVEX_4);

    /// The order of operands: R the register field, V the VEX register, M register or memory, I an
    /// immediate byte, R at the end a register in the immediate; a number is an opcode extension.
    enum Form {
        RVM,
        RVMI,
        RVMR,
        RM,
        RMI,
        MR,
        MRI,
        MVR,
        VMI_2,
        VMI_4,
        VMI_6,
        FROM_GPR32,
        FROM_GPR64,
        TO_GPR32
    }

    /// What a memory operand covers in EVEX form, which scales its 8-bit displacement: all lanes
    /// (with or without repetition of one element), a part of them, or a fixed size.
    enum Tuple {
        FULL_4,
        FULL_8,
        FULL_MEM,
        HALF_4,
        HALF_MEM,
        QUARTER_MEM,
        ONE_2,
        ONE_4,
        ONE_8,
        QUARTERS,
        HALVES,
        NO_EVEX,
        ONLY_EVEX_4
    }

    final int prefix; // 0 none, 1 66, 2 F2, 3 F3
    final int map; // 1 0F, 2 0F38, 3 0F3A
    final int opcode;
    final Form form;
    final Tuple tuple;
    final String mnemonic;
    final String evexMnemonic;

    VectorOp(int prefix, int map, int opcode, Form form, Tuple tuple) {
        this(prefix, map, opcode, form, tuple, "");
    }

    VectorOp(int prefix, int map, int opcode, Form form, Tuple tuple, String evexMnemonic) {
        this.prefix = prefix;
        this.map = map;
        this.opcode = opcode;
        this.form = form;
        this.tuple = tuple;
        mnemonic = name().replaceAll("_(STORE|MASK)$", "").toLowerCase(Locale.ROOT);
        this.evexMnemonic = evexMnemonic.isEmpty() ? mnemonic : evexMnemonic;
    }

    /// Returns the field `pp`: 0 none, 1 66, 2 F3, 3 F2.
    int pp() {
        return switch (prefix) {
            case 3 -> 2;
            case 2 -> 3;
            default -> prefix;
        };
    }

    boolean hasVex() {
        return tuple != Tuple.ONLY_EVEX_4 && tuple != Tuple.HALVES;
    }

    boolean hasEvex() {
        return tuple != Tuple.NO_EVEX;
    }

    /// Returns the bit W in EVEX form: set for elements of eight bytes.
    boolean evexWide() {
        return switch (tuple) {
            case FULL_8, ONE_8, HALVES -> true;
            default -> false;
        };
    }

    /// Returns the bit W in VEX form.
    boolean vexWide() {
        return form == Form.FROM_GPR64
                || (tuple == Tuple.FULL_8 && map == 2); // F64's FMA; the others ignore W
    }

    /// Says whether one element of memory can be repeated into all lanes (EVEX).
    boolean canRepeat() {
        return switch (tuple) {
            case FULL_4, FULL_8, HALF_4, ONLY_EVEX_4 -> true;
            default -> false;
        };
    }

    int elementBytes() {
        return switch (tuple) {
            case FULL_8, ONE_8, HALVES -> 8;
            case ONE_2 -> 2;
            default -> 4;
        };
    }

    /// Returns the bytes that a memory operand covers in a vector of `bytes` bytes.
    int memoryBytes(int bytes, boolean repeated) {
        if (repeated) {
            return elementBytes();
        }
        return switch (tuple) {
            case FULL_4, FULL_8, FULL_MEM, NO_EVEX, ONLY_EVEX_4 -> bytes;
            case HALF_4, HALF_MEM -> bytes / 2;
            case QUARTER_MEM -> bytes / 4;
            case ONE_2 -> 2;
            case ONE_4 -> 4;
            case ONE_8 -> 8;
            case QUARTERS -> 16;
            case HALVES -> 32;
        };
    }
}
