package dev.usher.cli;

import dev.usher.reference.Reference;
import dev.usher.reference.render.Site;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes the reference's site into a folder. */
final class SiteFiles {
    private SiteFiles() {}

    static void write(Reference reference, Path folder, PrintWriter out) {
        Map<String, String> files = Site.files(reference);
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw CommandFailed.refused("cannot write to " + folder + ": " + e.getMessage());
        }
        out.println(files.size() + " files; begin with " + folder.resolve("index.html"));
        out.flush();
    }
}
