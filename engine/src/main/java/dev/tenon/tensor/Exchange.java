package dev.tenon.tensor;

import java.util.List;

/// How the workers of a distributed run tell each other numbers.
///
/// Every worker calls [#gather] equally often and in the same order, as workers do that run the
/// same layers. Whoever brings a transport writes this interface.
public interface Exchange {
    /// Returns the number of workers, at least 1.
    int workers();

    /// Gives numbers to all workers and returns those of all, this one's included, in the same
    /// order for every worker; it waits until all have called.
    ///
    /// @param mine any numbers, which are not changed
    List<double[]> gather(double[] mine);
}
