package dev.usher.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A server process that never outlives this JVM, not even one that was killed: a shell holds the other end of a pipe, and when the pipe
 * breaks it kills the server and removes its folder. Java's own shutdown hooks would not run then.
 */
final class ServerProcess implements AutoCloseable {
    private static final String SHELL = """
            folder=$1; shift
            trap '' INT HUP
            exec 3<&0
            "$@" </dev/null 3<&- >>"$folder/log" 2>&1 &
            server=$!
            echo $server >"$folder/server.pid"
            (read -r _; : >"$folder/ended"; kill -KILL $server) <&3 >/dev/null 2>&1 &
            watcher=$!
            exec 3<&-
            wait $server
            kill $watcher
            [ -e "$folder/ended" ] && rm -rf "$folder"
            """;

    private final Process shell;
    private final Path folder;

    private ServerProcess(Process shell, Path folder) {
        this.shell = shell;
        this.folder = folder;
    }

    /** @param folder has the log, and is removed by {@link #close} */
    static ServerProcess start(Path folder, List<String> command) throws IOException {
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", SHELL, "test-server", folder.toString()));
        all.addAll(command);
        return new ServerProcess(new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start(),
                folder);
    }

    boolean isAlive() {
        return shell.isAlive();
    }

    /** The end of what the server has written. */
    String log() {
        try {
            List<String> lines = Files.readAllLines(folder.resolve("log"));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    /** Asks the server to shut down, as an administrator would, and waits until it has. Its folder stays. */
    void stop() throws InterruptedException, IOException {
        handle().ifPresent(ProcessHandle::destroy);
        shell.waitFor();
    }

    /** Ends the server without its knowing, as a crash or a lost host would. Its folder stays. */
    void kill() throws InterruptedException, IOException {
        handle().ifPresent(ProcessHandle::destroyForcibly);
        shell.waitFor();
    }

    long pid() throws IOException {
        return Long.parseLong(Files.readString(folder.resolve("server.pid")).strip());
    }

    private Optional<ProcessHandle> handle() throws IOException {
        return shell.isAlive() ? ProcessHandle.of(pid()) : Optional.empty();
    }

    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
            shell.waitFor();
            // The shell has removed it unless the server had ended before.
            new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
