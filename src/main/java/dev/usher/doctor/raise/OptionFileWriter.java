package dev.usher.doctor.raise;

import dev.usher.doctor.sizing.OptionFileEdit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Writes settings into an option file, all or nothing. */
public final class OptionFileWriter {
    private OptionFileWriter() {}

    /** @throws IOException if it cannot be written; the file is then as it was */
    public static void write(Path file, Map<String, String> settings) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        String before = Files.exists(target) ? Files.readString(target, StandardCharsets.ISO_8859_1) : "";
        Path folder = target.getParent();
        if (folder == null || Files.isDirectory(target)) {
            throw new IOException(target + " is a folder");
        }
        Path unfinished = Files.createTempFile(folder, "." + target.getFileName(), ".new");
        try {
            Files.writeString(unfinished, OptionFileEdit.set(before, settings), StandardCharsets.ISO_8859_1);
            likeBefore(target, unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** The server ignores a file that everybody may write, and cannot read one that only its writer may. */
    private static void likeBefore(Path target, Path unfinished) throws IOException {
        PosixFileAttributeView attributes = Files.getFileAttributeView(unfinished, PosixFileAttributeView.class);
        if (!Files.exists(target)) {
            attributes.setPermissions(PosixFilePermissions.fromString("rw-r--r--"));
            return;
        }
        PosixFileAttributes before = Files.readAttributes(target, PosixFileAttributes.class);
        attributes.setPermissions(before.permissions());
        attributes.setOwner(before.owner());
        attributes.setGroup(before.group());
    }
}
