package dev.tenon.kernel;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Where the gradients of a normalisation go; one that is null is not computed.
///
/// @param dx in the shape of `x`, or null
/// @param dweight `[groups, channels]`, or null
/// @param dbias `[groups, channels]`, or null
/// @param dresidual in the shape of `x`, or null
public record NormGradients(
        @Nullable MemorySegment dx,
        @Nullable MemorySegment dweight,
        @Nullable MemorySegment dbias,
        @Nullable MemorySegment dresidual) {
    /// Returns the places for a normalisation without residual.
    public static NormGradients of(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            @Nullable MemorySegment dbias) {
        return new NormGradients(dx, dweight, dbias, null);
    }
}
