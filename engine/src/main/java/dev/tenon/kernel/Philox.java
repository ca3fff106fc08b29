package dev.tenon.kernel;

/// Philox4x32-10: the counter-based generator behind all of Tenon's random numbers.
///
/// A block of four 32-bit words is a bijection of a 128-bit counter under a 64-bit key, ten rounds
/// of multiplications and exclusive ors. No state is carried from block to block, so any block can
/// be had at once, on any thread.
///
/// Here the counter's low half is the number of the block and its high half the number of the
/// stream.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public final class Philox {
    /// Multiplier of words 0 and 1.
    public static final long MULTIPLIER_0 = 0xD2511F53L;

    /// Multiplier of words 2 and 3.
    public static final long MULTIPLIER_1 = 0xCD9E8D57L;

    /// What the key's low word grows by each round: the golden ratio.
    public static final int WEYL_0 = 0x9E3779B9;

    /// What the key's high word grows by each round: the square root of 3, less 1.
    public static final int WEYL_1 = 0xBB67AE85;

    /// Rounds per block.
    public static final int ROUNDS = 10;

    private static final long LOW = 0xFFFFFFFFL;

    private Philox() {}

    /// Writes the four words of a block to `words`.
    ///
    /// @param words `[4]`
    /// @param key the generator's key
    /// @param stream the counter's high half
    /// @param block the counter's low half
    public static void block(int[] words, long key, long stream, long block) {
        long c0 = block & LOW;
        long c1 = block >>> 32;
        long c2 = stream & LOW;
        long c3 = stream >>> 32;
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = MULTIPLIER_0 * c0;
            long p1 = MULTIPLIER_1 * c2;
            c0 = (p1 >>> 32 ^ c1 ^ k0) & LOW;
            c2 = (p0 >>> 32 ^ c3 ^ k1) & LOW;
            c1 = p1 & LOW;
            c3 = p0 & LOW;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[0] = (int) c0;
        words[1] = (int) c1;
        words[2] = (int) c2;
        words[3] = (int) c3;
    }
}
