package dev.usher.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A program of Usher's on a terminal of its own, which {@code script} (util-linux) makes: for what is asked and shown only there. */
public final class OnTerminal implements AutoCloseable {
    /** What the keys send. */
    public static final String CTRL_C = "\003";
    public static final String CTRL_D = "\004";

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final Thread reader;
    private final StringBuffer shown = new StringBuffer();

    private OnTerminal(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    public static boolean isPossible() {
        try {
            return new ProcessBuilder("script", "--version").start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    public static OnTerminal start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("exec", ProcessHandle.current().info().command().orElseThrow(), main.getName()));
        command.addAll(List.of(arguments));
        String line = command.stream().map(word -> word.equals("exec") ? word : "'" + word + "'").collect(Collectors.joining(" "));
        // What is started in the background of a shell ignores Ctrl-C, and hands that on.
        ProcessBuilder builder =
                new ProcessBuilder("env", "--default-signal=INT", "script", "--quiet", "--return", "--command", line, "/dev/null");
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("TERM", "xterm");
        return new OnTerminal(builder.redirectErrorStream(true).start());
    }

    private void read() {
        try (var output = process.getInputStream()) {
            byte[] bytes = new byte[4096];
            for (int read = output.read(bytes); read >= 0; read = output.read(bytes)) {
                shown.append(new String(bytes, 0, read, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            shown.append(e);
        }
    }

    /** All that the terminal was sent, with its control characters. */
    public String shown() {
        return shown.toString();
    }

    public OnTerminal await(String text) {
        Awaitility.await().atMost(LIMIT).alias("shows " + text).until(() -> shown().contains(text) || !process.isAlive());
        if (!shown().contains(text)) {
            throw new AssertionError("ended without " + text + ": " + shown());
        }
        return this;
    }

    public void press(String keys) throws IOException {
        OutputStream keyboard = process.getOutputStream();
        keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    /** As a shell has it: 128 and the signal's number for what a signal ended. */
    public int exitStatus() throws InterruptedException {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + shown());
        }
        reader.join(LIMIT); // the last of it may not have been read yet
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
