package dev.tenon.bench.peer;

/// One run of a kernel of Tenon's that peers can do too.
///
/// @param task what it computes, results of a first run included
/// @param kernel does it
public record TaskRun(Task task, Runnable kernel) implements Runnable {
    @Override
    public void run() {
        kernel.run();
    }
}
