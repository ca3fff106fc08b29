package dev.tenon.kernel;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// What the parts of a job threw: the first exception, and the first Error, which goes before it.
final class Failure {
    private @Nullable RuntimeException exception;
    private @Nullable Error error;

    /// Runs a part; what it throws is kept for [#rethrow()] in the caller's thread.
    void guard(IntConsumer part, int number) {
        try {
            part.accept(number);
        } catch (RuntimeException e) {
            keep(e);
        } catch (Error e) {
            keep(e);
        }
    }

    private synchronized void keep(RuntimeException e) {
        if (exception == null) {
            exception = e;
        }
    }

    private synchronized void keep(Error e) {
        if (error == null) {
            error = e;
        }
    }

    /// Throws what was kept, once.
    synchronized void rethrow() {
        Error first = error;
        RuntimeException second = exception;
        error = null;
        exception = null;
        if (first != null) {
            throw first;
        }
        if (second != null) {
            throw second;
        }
    }
}
