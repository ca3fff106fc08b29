package dev.tenon.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Turns Ctrl-C (or the TERM signal) into a question that a job asks between its steps: the process
/// ends once the job has stopped and saved, or after a minute.
final class StopSignal implements AutoCloseable {
    private static final int PATIENCE = 60; // seconds; a step takes far less

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean asked;
    private final Thread hook;

    private StopSignal() {
        hook = new Thread(this::waitForTheJob, "tenon-stop");
    }

    /// Listens from now on.
    static StopSignal listen() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    private void waitForTheJob() {
        asked = true;
        try {
            if (!ended.await(PATIENCE, TimeUnit.SECONDS)) {
                System.err.println(
                        "tenon: the step did not end within "
                                + PATIENCE
                                + " s; stopping without saving");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Says whether someone asked the process to stop.
    boolean isAsked() {
        return asked;
    }

    /// Lets the process end: the job has stopped and saved.
    @Override
    public void close() {
        ended.countDown();
        if (!asked) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                asked = true; // the signal came just now: there is nothing left to wait for
            }
        }
    }
}
