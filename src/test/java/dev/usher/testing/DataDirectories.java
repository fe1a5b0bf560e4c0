package dev.usher.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Initialised data directories. To make one takes seconds, so they are kept between runs, and a server gets a copy. */
final class DataDirectories {
    /** To be raised when what {@link #initialise} does changes. */
    private static final int REVISION = 1;

    private DataDirectories() {}

    static void copyTo(Path target, Installation installation) throws IOException, InterruptedException {
        run(List.of("cp", "-R", cached(installation).toString(), target.toString()), null, target.resolveSibling("cp.log"));
    }

    private static synchronized Path cached(Installation installation) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(Installation.cache().resolve("data"));
        Path made = folder.resolve("%s-%s-%d".formatted(installation.kind().name().toLowerCase(Locale.ROOT),
                installation.programVersion().replaceAll("[^\\w.+-]", "_"), REVISION));
        try (var lock = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var held = lock.lock()) {
            if (!Files.exists(made)) {
                Path unfinished = Files.createTempDirectory(folder, "unfinished-");
                initialise(installation, unfinished);
                // Atomic: what is killed half-way leaves no directory of the final name.
                Files.move(unfinished.resolve("data"), made, StandardCopyOption.ATOMIC_MOVE);
                new ProcessBuilder("rm", "-rf", unfinished.toString()).start().waitFor();
            }
            assert held.isValid();
        }
        return made;
    }

    private static void initialise(Installation installation, Path folder) throws IOException, InterruptedException {
        Path data = folder.resolve("data");
        List<String> command = installation.command(data);
        switch (installation.flavour()) {
            case MYSQL -> {
                command.add("--initialize-insecure");
                run(command, null, folder.resolve("log"));
            }
            case MARIADB -> {
                Files.createDirectories(data);
                command.removeIf(argument -> argument.startsWith("--plugin-load-add"));
                command.addAll(List.of("--bootstrap", "--skip-grant-tables"));
                Path script = Files.writeString(folder.resolve("bootstrap.sql"), bootstrap(installation.share()));
                run(command, script, folder.resolve("log"));
            }
        }
    }

    private static String bootstrap(Path share) throws IOException {
        var script = new StringBuilder("create database mysql;\nuse mysql;\n");
        for (String part : List.of("system_tables", "performance_tables", "system_tables_data")) {
            Path file = share.resolve("mariadb_" + part + ".sql");
            // Until MariaDB 11 the files had the older name.
            script.append(Files.readString(Files.exists(file) ? file : share.resolve("mysql_" + part + ".sql")));
        }
        return script.toString();
    }

    private static void run(List<String> command, @Nullable Path input, Path log)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).redirectOutput(log.toFile());
        if (input != null) {
            builder.redirectInput(input.toFile());
        }
        Process process = builder.start();
        if (process.waitFor() != 0) {
            throw new UncheckedIOException(new IOException(command.getFirst() + " failed: " + Files.readString(log)));
        }
    }
}
