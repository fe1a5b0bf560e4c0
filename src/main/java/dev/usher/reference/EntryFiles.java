package dev.usher.reference;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The files of the full entries. Each is named after its code, {@code 1040.toml}, or after code and family, {@code 4031-mysql.toml}, where a number has
 * several meanings; so that one error is found by reading one file, and a new file needs no list to be in.
 */
final class EntryFiles {
    private static final String FOLDER = "entries";
    private static final List<String> SUFFIXES = List.of("", "-mysql", "-mariadb", "-client");

    private EntryFiles() {}

    static List<Entry> of(int code) {
        List<Entry> found = new ArrayList<>();
        for (String suffix : SUFFIXES) {
            String file = code + suffix + ".toml";
            try (InputStream in = EntryFiles.class.getResourceAsStream(FOLDER + "/" + file)) {
                if (in != null) {
                    found.add(EntryReader.read(file, in.readAllBytes()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }

    /** The codes of all files, ascending. */
    static List<Integer> codes() {
        return names().stream().map(name -> Integer.valueOf(name.replaceFirst("\\D.*", ""))).distinct().sorted().toList();
    }

    static List<String> names() {
        URL folder = Objects.requireNonNull(EntryFiles.class.getResource(FOLDER));
        try {
            URLConnection connection = folder.openConnection();
            if (connection instanceof JarURLConnection jar) {
                String prefix = jar.getEntryName() + (jar.getEntryName().endsWith("/") ? "" : "/");
                return jar.getJarFile().stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.startsWith(prefix) && name.endsWith(".toml"))
                        .map(name -> name.substring(prefix.length()))
                        .sorted()
                        .toList();
            }
            try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
                return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".toml")).sorted().toList();
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("cannot list " + folder, e);
        }
    }
}
