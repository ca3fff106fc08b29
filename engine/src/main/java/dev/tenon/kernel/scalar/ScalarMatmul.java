package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Epilogue;
import dev.tenon.kernel.MatmulKernel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;

/// The definition of the family Matmul: matrix products.
public final class ScalarMatmul implements MatmulKernel {
    @Override
    public void multiply(Strided c, Strided a, Strided b, boolean accumulate) {
        multiply(c, a, b, accumulate ? Epilogue.ADD : Epilogue.STORE);
    }

    @Override
    public void multiply(Strided c, Strided a, Strided b, Epilogue epilogue) {
        DType type = c.type();
        int inner = a.sizes()[2];
        for (int batch = 0; batch < c.sizes()[0]; batch++) {
            double[][] rows = rows(a, batch, 1, 2);
            double[][] columns = rows(b, batch, 2, 1);
            for (int i = 0; i < c.sizes()[1]; i++) {
                for (int j = 0; j < c.sizes()[2]; j++) {
                    double sum = 0;
                    for (int k = 0; k < inner; k++) {
                        sum += rows[i][k] * columns[j][k];
                    }
                    long at = number(c, batch, i, j);
                    type.write(c.data(), at, finish(sum, epilogue, c, at, j));
                }
            }
        }
    }

    /// Returns the elements of a matrix, one array along `axis` for each index of axis `of`.
    private static double[][] rows(Strided x, int batch, int of, int axis) {
        double[][] rows = new double[x.sizes()[of]][x.sizes()[axis]];
        long from = x.offset() + batch * x.strides()[0];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < rows[i].length; k++) {
                rows[i][k] =
                        x.type().read(x.data(), from + i * x.strides()[of] + k * x.strides()[axis]);
            }
        }
        return rows;
    }

    private static double finish(double sum, Epilogue epilogue, Strided c, long at, int column) {
        double y = epilogue.alpha() * sum;
        if (epilogue.beta() != 0) {
            y += epilogue.beta() * c.type().read(c.data(), at);
        }
        if (epilogue.bias() != null) {
            y += c.type().read(epilogue.bias(), column);
        }
        UnaryOp activation = epilogue.activation();
        return activation == null ? y : ScalarElementwise.apply(activation, y, 0, 0);
    }

    private static long number(Strided x, int batch, int row, int column) {
        long[] strides = x.strides();
        return x.offset() + batch * strides[0] + row * strides[1] + column * strides[2];
    }
}
