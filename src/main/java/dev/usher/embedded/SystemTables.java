package dev.usher.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes a new data directory, as mariadb-install-db does: with a {@code root} without a password, and no anonymous account. */
final class SystemTables {
    /** In the order in which they are run. */
    static final List<String> SCRIPTS = List.of(
            "share/mariadb_system_tables.sql",
            "share/mariadb_performance_tables.sql",
            "share/mariadb_system_tables_data.sql");

    private static final String FIRST = """
            create database mysql;
            use mysql;
            """;

    private SystemTables() {}

    /**
     * Settings that must be the same when the data directory is made and when it is used.
     *
     * <p>The data directory is copied for every start, so it is kept small; without the separate undo tablespaces it has 16 MB less.
     */
    static final List<String> STORAGE = List.of("--innodb-undo-tablespaces=0", "--innodb-log-file-size=16M");

    /** Makes {@code data} of a distribution that has everything else. */
    static void create(Distribution distribution) throws IOException {
        Files.createDirectory(distribution.data());
        Path log = distribution.home().resolve("bootstrap.log");
        List<String> command = new ArrayList<>(Command.common(distribution, distribution.data()));
        command.addAll(List.of("--bootstrap", "--skip-grant-tables"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try (OutputStream statements = process.getOutputStream()) {
            statements.write(FIRST.getBytes(StandardCharsets.US_ASCII));
            for (String script : SCRIPTS) {
                Files.copy(distribution.home().resolve(script), statements);
            }
        } catch (IOException brokenPipe) {
            // the server ended early; its log says why
            process.destroy();
        }
        int status = waitFor(process);
        if (status != 0) {
            throw StartFailure.of("Creating the system tables failed with exit status " + status, Files.readAllLines(log));
        }
        Files.delete(log);
    }

    private static int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new EmbeddedServerException("Interrupted while creating the system tables", interrupted);
        }
    }
}
