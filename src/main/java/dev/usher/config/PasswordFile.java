package dev.usher.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file whose first line is a password. */
public final class PasswordFile {
    private PasswordFile() {}

    /** @throws ConfigException when the file cannot be read or has no password */
    public static Secret read(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.findFirst()
                    .filter(line -> !line.isEmpty())
                    .map(Secret::of)
                    .orElseThrow(() -> new ConfigException("password file " + file + " is empty"));
        } catch (NoSuchFileException e) {
            throw new ConfigException("password file " + file + " does not exist");
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new ConfigException("password file " + file + " cannot be read: " + e.getMessage());
        }
    }
}
