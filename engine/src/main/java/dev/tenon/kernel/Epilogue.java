package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a matrix product does with its sums before they are stored: `c = activation(alpha * sum +
/// beta * c + bias)`.
///
/// @param alpha factor of the product
/// @param beta factor of what `c` holds; with 0 it is not read, so that it may be anything
/// @param bias `[n]`, added to each row, of the operands' type; or null for none
/// @param activation an op without settings, applied to each element; or null for none
public record Epilogue(
        double alpha, double beta, @Nullable MemorySegment bias, @Nullable UnaryOp activation) {
    /// `c = sum`.
    public static final Epilogue STORE = new Epilogue(1, 0, null, null);

    /// `c = c + sum`.
    public static final Epilogue ADD = new Epilogue(1, 1, null, null);

    /// Returns `c = sum + bias`; without bias [#STORE].
    public static Epilogue of(@Nullable MemorySegment bias) {
        return bias == null ? STORE : new Epilogue(1, 0, bias, null);
    }

    /// Makes `c = beta * c + bias`, for a backend that then adds its product; returns whether there
    /// is something to add to, without which `c` stays as it is.
    ///
    /// @param c `[batch, m, n]`
    public boolean prepare(Strided c, ElementwiseKernel elementwise) {
        if (beta != 0) {
            for (Strided row : rows(c)) {
                if (beta != 1) {
                    MemorySegment x = row.segment();
                    elementwise.unary(x, x, row.count(), UnaryOp.MUL, beta, 0, c.type());
                }
                if (bias != null) {
                    elementwise.binary(row, row, biasOver(bias, row), BinaryOp.ADD);
                }
            }
            return true;
        }
        if (bias != null) {
            elementwise.copy(c, biasOver(bias, c));
        }
        return bias != null;
    }

    /// Makes `c = activation(c)`.
    public void activate(Strided c, ElementwiseKernel elementwise) {
        if (activation == null) {
            return;
        }
        for (Strided row : rows(c)) {
            MemorySegment x = row.segment();
            elementwise.unary(x, x, row.count(), activation, 0, 0, c.type());
        }
    }

    private static Strided biasOver(MemorySegment bias, Strided x) {
        long[] strides = new long[x.sizes().length];
        strides[strides.length - 1] = 1;
        return new Strided(bias, x.type(), 0, x.sizes(), strides);
    }

    /// Returns contiguous operands that together are `c`: `c` itself, or its rows.
    public static List<Strided> rows(Strided c) {
        if (c.isContiguous()) {
            return List.of(c);
        }
        List<Strided> rows = new ArrayList<>();
        DType type = c.type();
        for (int batch = 0; batch < c.sizes()[0]; batch++) {
            for (int row = 0; row < c.sizes()[1]; row++) {
                long at = c.offset() + batch * c.strides()[0] + row * c.strides()[1];
                int[] sizes = {1, 1, c.sizes()[2]};
                rows.add(
                        new Strided(c.data(), type, at, sizes, new long[] {sizes[2], sizes[2], 1}));
            }
        }
        return rows;
    }
}
