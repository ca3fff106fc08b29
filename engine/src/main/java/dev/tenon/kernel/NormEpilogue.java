package dev.tenon.kernel;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What a normalisation does with its elements `z` before they are stored: `y = activation(z *
/// weight + bias + residual)`.
///
/// All segments are of the normalisation's type.
///
/// @param weight `[groups, channels]`, or null for ones
/// @param bias `[groups, channels]`, or null for zeros
/// @param residual one number per element, or null for zeros
/// @param activation an op without settings, applied to each element; or null for none
public record NormEpilogue(
        @Nullable MemorySegment weight,
        @Nullable MemorySegment bias,
        @Nullable MemorySegment residual,
        @Nullable UnaryOp activation) {
    /// @throws IllegalArgumentException if the activation needs settings
    public NormEpilogue {
        if (activation != null && activation.hasSettings()) {
            throw new IllegalArgumentException(
                    "norm: the activation must be an op without settings; got " + activation);
        }
    }

    /// Returns `y = z * weight + bias`.
    public static NormEpilogue of(@Nullable MemorySegment weight, @Nullable MemorySegment bias) {
        return new NormEpilogue(weight, bias, null, null);
    }
}
