package dev.tenon.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/// Standard error as the user's terminal, file or pipe, when the launcher started Java with a
/// filtered one.
///
/// While it boots, Java prints a warning about the incubating Vector API on descriptor 2, and no
/// flag turns it off. The launcher `tenon` therefore gives Java a filter for descriptor 2, passes
/// the real one under the number in the system property `tenon.stderr`, and this class puts that
/// behind [System#err] first of all. Nothing is lost if it does not: the filter passes on all other
/// lines.
final class StandardError {
    private StandardError() {}

    /// Points [System#err] at the descriptor that the launcher passed, or does nothing without a
    /// launcher.
    static void restore() {
        Integer number = Integer.getInteger("tenon.stderr");
        if (number == null) {
            return;
        }
        try {
            // A reopened /dev/fd path would lose the file position and fail on sockets; a foreign
            // call to dup2 costs 160 ms at
            // start-up; setting the number (the launcher opens java.io for it) costs 13 ms.
            FileDescriptor real = new FileDescriptor();
            var field = FileDescriptor.class.getDeclaredField("fd");
            field.setAccessible(true);
            field.setInt(real, number);
            Charset charset = Charset.forName(System.getProperty("stderr.encoding", "UTF-8"));
            System.setErr(new PrintStream(new FileOutputStream(real), true, charset));
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.err.println("tenon: standard error stays filtered; got " + e);
        }
    }
}
