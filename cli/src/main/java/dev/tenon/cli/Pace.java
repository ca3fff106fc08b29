package dev.tenon.cli;

/// How fast a job goes of late: the mean of its speed over about the last seconds, weighted by
/// time.
///
/// A mean from the beginning would promise minutes for what takes seconds, because Java is slow
/// until it has compiled the loops that matter.
final class Pace {
    private static final double WINDOW = 5; // seconds
    private static final double NANOS = 1e9;

    private long last = System.nanoTime();
    private double perSecond;

    /// Adds what was done since the last call, or since the beginning.
    void add(double amount) {
        long now = System.nanoTime();
        double seconds = Math.max(now - last, 1) / NANOS;
        double weight = perSecond == 0 ? 1 : 1 - Math.exp(-seconds / WINDOW);
        perSecond += weight * (amount / seconds - perSecond);
        last = now;
    }

    /// Returns the speed; 0 before anything was done.
    double perSecond() {
        return perSecond;
    }
}
