package dev.tenon.kernel.machine;

import java.util.Arrays;

/// Bytes of machine code that grow at the end.
final class CodeBuffer {
    private byte[] bytes = new byte[1024];
    private int size;

    int size() {
        return size;
    }

    void add(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        bytes[size++] = (byte) value;
    }

    void add32(int value) {
        for (int i = 0; i < 4; i++) {
            add(value >> (8 * i));
        }
    }

    void add64(long value) {
        add32((int) value);
        add32((int) (value >> 32));
    }

    void set32(int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >> (8 * i));
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    /// Adds the operand bytes of an instruction: ModRM, and for memory SIB and displacement.
    ///
    /// @param field what the register field holds; its lower three bits are used
    /// @param unit bytes that an 8-bit displacement counts: 1 outside EVEX
    void addMemory(int field, Mem m, int unit) {
        int base = m.base().number();
        boolean sib = m.index() != null || (base & 7) == 4; // rsp and r12 need one
        int mode = 2;
        if (m.displacement() == 0 && (base & 7) != 5) { // rbp and r13 need a displacement
            mode = 0;
        } else if (m.displacement() % unit == 0
                && m.displacement() / unit >= -128
                && m.displacement() / unit <= 127) {
            mode = 1;
        }
        add(mode << 6 | (field & 7) << 3 | (sib ? 4 : base & 7));
        if (sib) {
            Gpr index = m.index();
            int scale = Integer.numberOfTrailingZeros(m.scale());
            add(scale << 6 | (index == null ? 4 : index.number() & 7) << 3 | (base & 7));
        }
        if (mode == 1) {
            add(m.displacement() / unit);
        } else if (mode == 2) {
            add32(m.displacement());
        }
    }

    /// Adds the operand byte ModRM of two registers.
    void addRegister(int field, int register) {
        add(0xC0 | (field & 7) << 3 | (register & 7));
    }
}
