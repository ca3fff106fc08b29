package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class HugePagesTest {
    @Test
    void contentsStayWhateverTheSystemAnswers() {
        try (Arena arena = Arena.ofConfined()) {
            for (long bytes : new long[] {0, 1, 4096, (9L << 20) + 5}) {
                MemorySegment memory = arena.allocate(bytes + 1).asSlice(1);
                for (long i = 0; i < bytes; i++) {
                    memory.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31));
                }
                HugePages.ask(memory);
                for (long i = 0; i < bytes; i++) {
                    assertThat(memory.get(ValueLayout.JAVA_BYTE, i) == (byte) (i * 31)).isTrue();
                }
            }
        }
    }
}
