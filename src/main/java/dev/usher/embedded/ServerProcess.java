package dev.usher.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running mariadbd and the little shell that watches over it.
 *
 * <p>The shell's standard input is a pipe from this program. At its end, whether closed by {@link #stop} or by the system because this
 * program was killed, the shell ends the server and removes its folder. {@code prctl(PR_SET_PDEATHSIG)} was the alternative: it
 * fires when the <em>thread</em> that started the server ends, and removes nothing.
 */
final class ServerProcess {
    /** Time for a clean shutdown, in seconds; then it is killed. */
    private static final int SHUTDOWN_LIMIT = 15;

    /**
     * Ctrl-C reaches every process of the terminal; the server must outlast it, or it would be gone before Usher has drained.
     * The watcher counts in whole seconds because POSIX's sleep does.
     */
    private static final String SHELL = """
            folder=$1; limit=$2; shift 2
            trap '' INT HUP QUIT
            exec 3<&0
            "$@" </dev/null 3<&- >"$folder/log" 2>&1 &
            server=$!
            echo $server
            (
              read -r _
              kill -TERM $server
              while [ $limit -gt 0 ] && kill -0 $server; do sleep 1; limit=$((limit - 1)); done
              kill -KILL $server
            ) <&3 >/dev/null 2>&1 &
            watcher=$!
            wait $server
            status=$?
            kill $watcher
            tail -n 40 "$folder/log"
            rm -rf "$folder"
            exit $status
            """;

    private final Process shell;
    private final BufferedReader output;
    private final Path folder;
    private final long pid;

    private ServerProcess(Process shell, BufferedReader output, Path folder, long pid) {
        this.shell = shell;
        this.output = output;
        this.folder = folder;
        this.pid = pid;
    }

    /**
     * Starts it.
     *
     * @param folder the server's own, which is removed when it ends; its log is written there
     */
    static ServerProcess start(Path folder, List<String> command) throws IOException {
        List<String> line = new ArrayList<>(
                List.of("/bin/sh", "-c", SHELL, "usher-embedded-server", folder.toString(), Integer.toString(SHUTDOWN_LIMIT)));
        line.addAll(command);
        Process shell = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        BufferedReader output = shell.inputReader(StandardCharsets.UTF_8);
        String pid = output.readLine();
        if (pid == null) {
            throw new EmbeddedServerException("/bin/sh could not start the embedded server");
        }
        return new ServerProcess(shell, output, folder, Long.parseLong(pid));
    }

    /** The server's process id. */
    long pid() {
        return pid;
    }

    boolean ended() {
        return !shell.isAlive();
    }

    /** Whether the server has written {@code text} to its log. */
    boolean hasLogged(String text) {
        try {
            return Files.readString(folder.resolve("log"), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException notThere) {
            return false; // not yet, or no longer
        }
    }

    /** The last lines of the log of a server that has ended. */
    List<String> lastWords() {
        return output.lines().toList();
    }

    /** Ends the server, cleanly if it lets us, and removes its folder. Returns when both is done. */
    void stop() {
        try {
            shell.getOutputStream().close();
            if (!shell.waitFor(SHUTDOWN_LIMIT + 5L, TimeUnit.SECONDS)) {
                kill();
            }
            Folders.delete(folder); // there only if the shell itself was killed
        } catch (IOException failure) {
            kill();
            throw new EmbeddedServerException("Could not remove " + folder + ": " + failure, failure);
        } catch (InterruptedException interrupted) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    private void kill() {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
    }
}
