package dev.usher.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** The names of the functions that each server has built in, from {@code built-in-functions.txt} beside this class. */
final class BuiltInFunctions {
    private static final String FILE = "built-in-functions.txt";

    private BuiltInFunctions() {}

    /** Names in lower case. */
    static Set<String> of(Flavour flavour) {
        String own = flavour == Flavour.MYSQL ? "[mysql]" : "[mariadb]";
        Set<String> names = new TreeSet<>();
        boolean wanted = false;
        for (String line : text().split("\n")) {
            if (line.startsWith("[")) {
                wanted = line.equals("[both]") || line.equals(own);
            } else if (wanted && !line.isBlank() && !line.startsWith("#")) {
                names.addAll(Set.of(line.strip().split(" +")));
            }
        }
        return names;
    }

    private static String text() {
        try (InputStream in = Objects.requireNonNull(BuiltInFunctions.class.getResourceAsStream(FILE), FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(FILE, e);
        }
    }
}
