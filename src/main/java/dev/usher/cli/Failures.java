package dev.usher.cli;

import dev.usher.config.ConfigException;
import dev.usher.config.StateDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Turns whatever a command throws into one line for the user and an exit status. */
final class Failures {
    private Failures() {}

    /** For picocli: the command line itself is wrong. */
    static int wrongUsage(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("usher: " + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitStatus.WRONG_USAGE;
    }

    /** For picocli: the command was understood and failed. */
    static int failed(Exception e, CommandLine command, CommandLine.@Nullable ParseResult parsed) {
        PrintWriter err = command.getErr();
        switch (e) {
            case CommandFailed failed -> {
                err.println("usher: " + failed.getMessage());
                return failed.exitStatus();
            }
            case ConfigException wrong -> {
                err.println("usher: " + wrong.getMessage());
                return ExitStatus.WRONG_USAGE;
            }
            default -> {
                if (cause(e, SocketException.class) instanceof Throwable io) {
                    err.println("usher: " + io.getMessage());
                    return ExitStatus.REFUSED;
                }
                if (cause(e, SQLException.class) instanceof Throwable sql) {
                    err.println("usher: " + sql.getMessage());
                    return ExitStatus.REFUSED;
                }
                err.println("usher: this is a bug: " + e + writeLog(e));
                return ExitStatus.BUG;
            }
        }
    }

    private static @Nullable Throwable cause(@Nullable Throwable from, Class<? extends Throwable> type) {
        for (Throwable at = from; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return at;
            }
        }
        return null;
    }

    /** The stack trace goes to a file: it says nothing to a user, and everything to who repairs the bug. */
    private static String writeLog(Exception e) {
        Path log = StateDirectory.byDefault().resolve("bug.log");
        try {
            Files.createDirectories(StateDirectory.byDefault());
            try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(log))) {
                out.println(Instant.now() + " usher " + dev.usher.app.Version.current() + ", Java " + Runtime.version());
                e.printStackTrace(out);
            }
            return "; details are in " + log;
        } catch (IOException unwritable) {
            return "; details could not be written to " + log + " (" + unwritable.getMessage() + ")";
        }
    }
}
