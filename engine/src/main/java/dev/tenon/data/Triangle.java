package dev.tenon.data;

/// Bilinear resampling along one axis: pixel i of the result is the sum of `weights[i][k]` times
/// pixel `first[i] + k` of the source.
///
/// The weights are those of a triangle around the pixel's place in the source, `(i + 1/2) r - 1/2`
/// with `r = from / to`, that falls to 0 at a distance of `max(1, r)` source pixels; those inside
/// the image are scaled to add up to 1.
///
/// @param first the first source pixel of each pixel
/// @param weights its weights
record Triangle(int[] first, double[][] weights) {
    /// Returns the resampling of `from` pixels to `to` pixels, each at least 1.
    static Triangle of(int from, int to) {
        int[] first = new int[to];
        double[][] weights = new double[to][];
        double ratio = (double) from / to;
        double reach = Math.max(1, ratio);
        for (int i = 0; i < to; i++) {
            double place = (i + 0.5) * ratio - 0.5;
            int begin = Math.max(0, (int) Math.ceil(place - reach));
            int end = Math.min(from - 1, (int) Math.floor(place + reach));
            double[] row = new double[end - begin + 1];
            double sum = 0;
            for (int k = 0; k < row.length; k++) {
                row[k] = Math.max(0, 1 - Math.abs(begin + k - place) / reach);
                sum += row[k];
            }
            for (int k = 0; k < row.length; k++) {
                row[k] /= sum;
            }
            first[i] = begin;
            weights[i] = row;
        }
        return new Triangle(first, weights);
    }

    /// Resamples each row of a plane.
    ///
    /// @param plane `[height, width]`
    /// @return `[height, first.length]`
    double[] rows(double[] plane, int height, int width) {
        double[] result = new double[height * first.length];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < first.length; i++) {
                double sum = 0;
                for (int k = 0; k < weights[i].length; k++) {
                    sum += weights[i][k] * plane[y * width + first[i] + k];
                }
                result[y * first.length + i] = sum;
            }
        }
        return result;
    }

    /// Resamples each column of a plane.
    ///
    /// @param plane `[height, width]`
    /// @return `[first.length, width]`
    double[] columns(double[] plane, int height, int width) {
        double[] result = new double[first.length * width];
        for (int i = 0; i < first.length; i++) {
            for (int k = 0; k < weights[i].length; k++) {
                for (int x = 0; x < width; x++) {
                    result[i * width + x] += weights[i][k] * plane[(first[i] + k) * width + x];
                }
            }
        }
        return result;
    }
}
