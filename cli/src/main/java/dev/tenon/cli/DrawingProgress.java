package dev.tenon.cli;

import dev.tenon.diffusion.Generation;
import dev.tenon.tensor.Tensor;

/// Shows how many images are drawn, over all the batches that they are drawn in.
final class DrawingProgress implements Generation.Listener, AutoCloseable {
    private final Progress progress;

    private DrawingProgress(Progress progress) {
        this.progress = progress;
    }

    /// Starts showing on standard error.
    ///
    /// @param images how many there will be
    /// @param steps sampling steps of each
    static DrawingProgress start(int images, int steps) {
        Progress.Unit unit = new Progress.Unit("images", steps);
        return new DrawingProgress(Progress.start("drawing", unit, 0, (long) images * steps));
    }

    @Override
    public void step(int firstImage, int step, int steps, Tensor images) {
        progress.show((long) firstImage * steps + (long) step * images.size(0), "");
    }

    @Override
    public void close() {
        progress.close();
    }
}
