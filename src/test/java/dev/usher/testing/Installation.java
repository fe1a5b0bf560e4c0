package dev.usher.testing;

import dev.usher.embedded.UnpackedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A server's program and files as {@code ci/servers} has left them.
 *
 * @param program the command that runs the server, without any option
 * @param share where its messages, character sets and bootstrap scripts are
 */
record Installation(ServerKind kind, Flavour flavour, List<String> program, Path base, Path share) {
    /** Where {@code ci/servers} installs, and where initialised data directories are kept between runs. */
    static Path cache() {
        String folder = System.getenv("USHER_TEST_SERVERS");
        return folder == null ? Path.of(System.getProperty("user.home"), ".cache", "usher-tests") : Path.of(folder);
    }

    static Optional<Installation> find(ServerKind kind) {
        return switch (kind) {
            case EMBEDDED ->
                System.getProperty("os.arch").equals("amd64") ? Optional.of(embedded(UnpackedServer.home())) : Optional.empty();
            case MYSQL -> unpacked(kind, Flavour.MYSQL, "mysql", "mysqld", "mysql");
            case MARIADB_SID -> unpacked(kind, Flavour.MARIADB, "mariadb-sid", "mariadbd", "mariadb");
            case MARIADB_SYSTEM -> Files.isExecutable(Path.of("/usr/sbin/mariadbd"))
                    ? Optional.of(new Installation(kind, Flavour.MARIADB, List.of("/usr/sbin/mariadbd"), Path.of("/usr"),
                            Path.of("/usr/share/mysql")))
                    : Optional.empty();
        };
    }

    private static Installation embedded(Path home) {
        return new Installation(ServerKind.EMBEDDED, Flavour.MARIADB, List.of(home.resolve("bin/mariadbd").toString()), home,
                home.resolve("share"));
    }

    /** A tree beside the system, with libraries newer than the system's: it needs its own dynamic loader. */
    private static Optional<Installation> unpacked(ServerKind kind, Flavour flavour, String folder, String program, String share) {
        Path tree = cache().resolve(folder);
        if (!Files.exists(tree.resolve("complete"))) {
            return Optional.empty();
        }
        Path base = tree.resolve("root/usr");
        String libraries = base.resolve("lib/x86_64-linux-gnu").toString();
        return Optional.of(new Installation(kind, flavour,
                List.of(libraries + "/ld-linux-x86-64.so.2", "--library-path", libraries, base.resolve("sbin").resolve(program).toString()),
                base, base.resolve("share").resolve(share)));
    }

    /** The server's command line up to its data directory. */
    List<String> command(Path dataDirectory) {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("--no-defaults", "--basedir=" + base, "--plugin-dir=" + plugins(), "--lc-messages-dir=" + share,
                "--character-sets-dir=" + share.resolve("charsets"), "--user=" + System.getProperty("user.name"),
                "--datadir=" + dataDirectory, "--innodb-buffer-pool-size=32M"));
        // The default logs of about 100 MB each would be copied for every server.
        command.add(flavour == Flavour.MYSQL ? "--innodb-redo-log-capacity=8M" : "--innodb-log-file-size=16M");
        if (flavour == Flavour.MYSQL) {
            command.add("--secure-file-priv=NULL"); // the package's own default is a folder that is not there
        } else {
            for (String library : List.of("auth_ed25519", "auth_parsec", "auth_mysql_sha2")) {
                if (hasPlugin(library)) {
                    command.add("--plugin-load-add=" + library);
                }
            }
        }
        return command;
    }

    boolean hasPlugin(String library) {
        return Files.exists(plugins().resolve(library + ".so"));
    }

    private Path plugins() {
        return base.resolve("lib/mysql/plugin");
    }

    /** What the program says of itself after {@code Ver}, such as {@code 9.7.4-2}. */
    String programVersion() {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("--no-defaults", "--version"));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return text.replaceFirst("(?s).*\\bVer (\\S+).*", "$1");
        } catch (IOException e) {
            throw new AssertionError("cannot run " + command, e);
        }
    }
}
