package dev.usher.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program under {@code src/test/clients}, started with the endpoint as its arguments. */
record ExternalProgram(String name, List<String> command, List<String> lastArguments) implements ClientProgram {

    /** Beyond any honest run, so that a client that hangs fails instead of stopping the build. */
    private static final long LIMIT_SECONDS = 120;

    @Override
    public List<String> run(Endpoint to) throws IOException, InterruptedException {
        var line = new ArrayList<>(command);
        line.addAll(
                List.of(to.host(), String.valueOf(to.port()), to.user(), to.password(), to.database(), to.tls() ? "1" : "0"));
        line.addAll(lastArguments);
        Path output = Files.createTempFile("client", ".out");
        Path errors = Files.createTempFile("client", ".err");
        try {
            Process process =
                    new ProcessBuilder(line)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(output.toFile())
                            .redirectError(errors.toFile())
                            .start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                throw new AssertionError(name + " hangs after\n" + Files.readString(output));
            }
            List<String> lines = Files.readString(output, StandardCharsets.UTF_8).lines().toList();
            // Exit status 1 means that a line says FAIL; anything else without such a line is the program's own trouble.
            boolean failed = lines.stream().anyMatch(each -> each.startsWith("FAIL "));
            assertThat(process.exitValue()).as("exit status; errors: %s; output: %s", Files.readString(errors), lines)
                    .isEqualTo(failed ? 1 : 0);
            return lines;
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        }
    }
}
