package dev.usher.app;

import dev.usher.testing.TestServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** {@code usher serve} as a process of its own, from the classes that are being tested. */
final class ServeProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready on \\[(.*?)] for ");
    private static final Pattern PORT = Pattern.compile(":(\\d+)$");
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Process process;
    private final Path log;
    private final List<String> addresses;

    private ServeProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.addresses = List.of(Awaitility.await().atMost(PATIENCE).until(this::ready, line -> !line.isEmpty()).split(", "));
    }

    /** Listens on a free port unless the options say otherwise; everything that it keeps goes into {@code folder}. */
    static ServeProcess start(TestServer server, Path folder, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC",
                "-Xms8m", "-Xmn4m", "-XX:TrimNativeHeapInterval=5000", "-cp", System.getProperty("java.class.path"), "dev.usher.cli.Main",
                "serve", "--log-level=info",
                "--server=" + server.host() + ":" + server.port(), "--admin=off", "--state-directory=" + folder));
        List<String> all = List.of(options);
        if (all.stream().noneMatch(option -> option.startsWith("--listen"))) {
            command.add("--listen=127.0.0.1:0");
        }
        command.addAll(all);
        Path log = Files.createTempFile(folder, "usher", ".log");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            return new ServeProcess(process, log);
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private String ready() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("it ended: " + Files.readString(log));
        }
        Matcher line = READY.matcher(Files.readString(log));
        return line.find() ? line.group(1) : "";
    }

    /** In the order of the options. */
    InetSocketAddress address(int index) {
        Matcher port = PORT.matcher(addresses.get(index));
        if (!port.find()) {
            throw new IllegalStateException(addresses.get(index));
        }
        return new InetSocketAddress(addresses.get(index).contains("0:0:0:1") ? "::1" : "127.0.0.1", Integer.parseInt(port.group(1)));
    }

    /** Resident memory of the whole process, in bytes. */
    long residentBytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            String kib = lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow().replaceAll("\\D", "");
            return Long.parseLong(kib) << 10;
        }
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitStatus() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
