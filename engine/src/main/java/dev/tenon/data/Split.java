package dev.tenon.data;

/// A data set in two parts that share no image.
///
/// @param train what a model learns from
/// @param test what it is judged by
public record Split(Dataset train, Dataset test) {
    /// Returns both parts with their images at another size, see [Dataset#resized(int, int)].
    ///
    /// @throws DataException if a size is below 1
    public Split resized(int height, int width) {
        return new Split(train.resized(height, width), test.resized(height, width));
    }
}
